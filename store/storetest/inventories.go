package storetest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

func testInventories(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	now := time.Now().UTC().Truncate(time.Microsecond)
	equal(t, "before", must(f.FindInventory(t.Context(), s.ID))(t), hawkfish.Inventory{SystemID: s.ID})

	tell := func(host string, i hawkfish.Inventory) (hawkfish.Inventory, hawkfish.System) {
		t.Helper()
		i.SystemID = s.ID
		seen := []hawkfish.Inventory{{SystemID: uuid.NewString(), At: i.At}, i, {SystemID: "no id", At: i.At}}
		ok(t, f.RecordInventories(t.Context(), host, seen))
		return must(f.FindInventory(t.Context(), s.ID))(t), must(f.FindSystem(t.Context(), all, s.ID))(t)
	}
	first := hawkfish.Inventory{
		At: now, Guest: hawkfish.GuestFacts{CPUModel: "qemu64", PCI: []string{"0000-01-00"}},
		Memory: hawkfish.MemoryFacts{TotalMiB: 64, ModuleMiB: 16 << 10},
		Interfaces: []hawkfish.Interface{{MAC: s.MAC, Addresses: []hawkfish.InterfaceAddress{
			{Prefix: netip.MustParsePrefix("192.0.2.7/24"), Leased: true},
		}}},
		Devices: []hawkfish.PCIDevice{{Address: "0000-01-00", Functions: []hawkfish.PCIFunction{{VendorID: 0x1af4}}}},
	}
	want := first
	want.SystemID, want.Revision = s.ID, 1
	got, system := tell("h1", first)
	equal(t, "first", got, want)
	equal(t, "shown with the system", []any{system.Guest, system.Revision}, []any{first.Guest, s.Revision + 1})

	again := first
	again.At = now.Add(time.Second)
	got, system = tell("h1", again)
	equal(t, "the same again", []any{got.Revision, got.At.Equal(again.At), system.Revision}, []any{int64(1), true, s.Revision + 1})

	late := hawkfish.Inventory{At: now.Add(-time.Second)}
	got, _ = tell("h1", late)
	equal(t, "what arrives late", got.Same(want), true)
	got, _ = tell("h2", hawkfish.Inventory{At: now.Add(time.Hour)})
	equal(t, "another host's word", got.Same(want), true)

	moved := again
	moved.At, moved.Interfaces = now.Add(2*time.Second), nil
	got, system = tell("h1", moved)
	equal(t, "other addresses", []any{got.Revision, got.Interfaces, system.Revision}, []any{int64(2), []hawkfish.Interface(nil), s.Revision + 1})

	named := moved
	named.At, named.Guest.HostName = now.Add(3*time.Second), "web1.example"
	_, system = tell("h1", named)
	equal(t, "a name", []any{system.Guest.HostName, system.Revision}, []any{"web1.example", s.Revision + 2})
}
