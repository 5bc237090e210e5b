package libvirt

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var (
	aGuest = hawkfish.Guest{
		ID: "3f0c9a52-8a1e-4a53-9d5b-7b8f7f1f2a10", Name: "web-1", ProjectID: "1b671a64-40d5-491e-99b0-da01ff1f3341",
		CPUs: 2, MemoryMiB: 512, DiskGiB: 10, Network: "default", MAC: "52:54:00:12:34:56",
		AssetTag: `rack "4" <left> & right`,
		Image:    hawkfish.ImageSource{SHA256: strings.Repeat("ab", 32)},
	}
	emulated = platform{arch: "x86_64", machine: "q35", domainType: "qemu", cpu: "qemu64", hypervisor: "QEMU 7.2.22, libvirt 9.0.0"}
	native   = platform{arch: "x86_64", machine: "pc", domainType: "kvm", cpu: "host-passthrough", hypervisor: "QEMU 7.2.22, libvirt 9.0.0"}
	someDir  = files{disk: "/pool/disk.qcow2", serial: "/pool/log.serial", nvram: "/pool/vars.nvram"}
)

func TestDomainXML(t *testing.T) {
	t.Parallel()
	reset := moment{time.Date(2026, 11, 24, 10, 20, 30, 123456000, time.UTC)}
	bare := hawkfish.Guest{ID: aGuest.ID, Name: "bare", CPUs: 1, MemoryMiB: 16, DiskGiB: 1, Machine: hawkfish.Machine{Boot: hawkfish.Boot{Primary: schemas.BootSourcePxe}}}
	for name, c := range map[string]struct {
		g hawkfish.Guest
		p platform
		m mark
	}{
		"emulated": {aGuest, emulated, mark{Project: aGuest.ProjectID, Image: aGuest.Image.SHA256, LastReset: reset, ResetOp: "op-1"}},
		"bare":     {bare, native, mark{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := marked(domain(c.g, c.p, someDir), c.m)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "domain-"+name+".xml", got)
		})
	}
}

// What a caller may choose freely must not become markup.
func TestDomainXMLEscapes(t *testing.T) {
	t.Parallel()
	g := aGuest
	g.Name, g.AssetTag, g.Network = "a<b", "</entry><evil/>", `n"/><evil/>`
	doc, err := marked(domain(g, emulated, someDir), mark{Project: `p"/><evil/>`, Override: `{"uefi":"\"/><evil/>"}`})
	if err != nil {
		t.Fatal(err)
	}
	var d libvirtxml.Domain
	if err := d.Unmarshal(doc); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(doc, "<evil") || d.Name != g.Name || d.Devices.Interfaces[0].Source.Network.Network != g.Network {
		t.Errorf("got %s", doc)
	}
}

// Every device has a place of its own, what is named first, and an override before all.
func TestRank(t *testing.T) {
	t.Parallel()
	order := func(g hawkfish.Guest, o schemas.BootSource) []schemas.BootSource {
		d := domain(g, emulated, someDir)
		if o != "" {
			firstOf(d, o)
		}
		ranked := make([]schemas.BootSource, len(bootable(d)))
		for _, one := range bootable(d) {
			if *one.boot != nil {
				ranked[(*one.boot).Order-1] = one.alias
			}
		}
		return ranked
	}
	const hdd, cd, pxe = schemas.BootSourceHdd, schemas.BootSourceCd, schemas.BootSourcePxe
	g := aGuest
	for _, c := range []struct {
		primary  schemas.BootSource
		chosen   []string
		override schemas.BootSource
		want     []schemas.BootSource
	}{
		{"", nil, "", []schemas.BootSource{hdd, pxe, cd}},
		{pxe, nil, "", []schemas.BootSource{pxe, hdd, cd}},
		{cd, nil, "", []schemas.BootSource{cd, hdd, pxe}},
		{hdd, nil, cd, []schemas.BootSource{cd, hdd, pxe}},
		{hdd, []string{"Boot0003", "Boot0001"}, "", []schemas.BootSource{cd, hdd, ""}},
		{hdd, []string{"Boot0003", "Boot0001"}, pxe, []schemas.BootSource{pxe, cd, hdd}},
	} {
		g.Machine.Boot.Primary, g.Machine.Boot.Order = c.primary, c.chosen
		if got := order(g, c.override); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestNetworkXML(t *testing.T) {
	t.Parallel()
	got, err := networkXML("default", netip.MustParsePrefix("10.9.0.0/22"))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "network.xml", got)
}

func TestMark(t *testing.T) {
	t.Parallel()
	want := mark{Project: "p & q", LastReset: moment{now()}, ResetOp: "a<b", NMIOp: "n"}
	for name, write := range map[string]func(mark) (string, error){"plain": mark.plain, "qualified": mark.qualified} {
		text, err := write(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseMark(text)
		got.XMLName = want.XMLName
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v of %s", name, got, err, text)
		}
	}
	text, err := mark{}.plain()
	if err != nil || text != `<system project=""></system>` {
		t.Errorf("an empty mark is %s, %v", text, err)
	}
}

// golden compares with a file in testdata; UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") == "1" {
		if err := os.WriteFile(file, []byte(got+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got+"\n" != string(want) {
		t.Errorf("%s is not what it was (UPDATE_GOLDEN=1 accepts it):\n%s", file, got)
	}
}
