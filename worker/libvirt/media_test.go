package libvirt

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"testing"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/lab/labtest"
	"github.com/projectbeskar/hawkfish/schemas"
)

// drivesOf tells what the drives of a guest have: of one that runs, what QEMU has.
func drivesOf(t *testing.T, h *Host, id string) map[hawkfish.MediaSlot]string {
	t.Helper()
	found, err := ask(t.Context(), h, func(c *conn) (map[hawkfish.MediaSlot]string, error) {
		p, err := h.openPool(c)
		if err != nil {
			return nil, err
		}
		names, err := p.volumes(c, mediaPrefix)
		if err != nil {
			return nil, err
		}
		media := parseMedia(names)
		x, err := describeDomain(c, golibvirt.Domain{UUID: golibvirt.UUID(uuid.MustParse(id)), Name: "x", ID: -1}, 0)
		found := map[hawkfish.MediaSlot]string{}
		for slot, target := range mediaTargets {
			if d := diskAt(x, target); d != nil && fileOf(*d) != "" {
				for id, m := range media {
					if p.path(mediaVolume(id)) == fileOf(*d) {
						found[slot] = m.SHA256
					}
				}
			}
		}
		return found, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// openTray is what a guest does that ejects its disc, seen from QEMU.
func openTray(t *testing.T, b bench, id string) {
	t.Helper()
	out, err := exec.Command("virsh", "-c", b.URI(), "qemu-monitor-command", id,
		`{"execute":"blockdev-open-tray","arguments":{"id":"sata0-0-0"}}`).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte(`"error"`)) {
		t.Fatalf("%v: %s", err, out)
	}
}

// bootableDisc makes a CD that starts a program of 2 KiB (El Torito 1.0: boot record, validation and initial entry).
func bootableDisc(program []byte) []byte {
	const sector = 2048
	disc := make([]byte, 24*sector)
	at := func(n int) []byte { return disc[n*sector : (n+1)*sector] }
	copy(at(16), "\x01CD001\x01")
	copy(at(17), "\x00CD001\x01EL TORITO SPECIFICATION")
	binary.LittleEndian.PutUint32(at(17)[71:], 19) // where the catalog is
	copy(at(18), "\xffCD001\x01")
	catalog := at(19)
	catalog[0], catalog[30], catalog[31] = 1, 0x55, 0xaa
	sum := uint16(0)
	for i := 0; i < 32; i += 2 {
		sum += binary.LittleEndian.Uint16(catalog[i:])
	}
	binary.LittleEndian.PutUint16(catalog[28:], -sum)
	catalog[32] = 0x88                              // bootable, no emulation
	binary.LittleEndian.PutUint16(catalog[38:], 4)  // sectors of 512 bytes
	binary.LittleEndian.PutUint32(catalog[40:], 20) // where the program is
	copy(at(20), program)
	return disc
}

// A guest boots from the disc that was put into its drive while it ran.
func TestAGuestBootsFromWhatWasInserted(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	disk, err := os.ReadFile(labtest.TinyImage(t).Raw)
	if err != nil {
		t.Fatal(err)
	}
	src := b.publish(t, "tiny.iso", bootableDisc(disk[:2048]), hawkfish.FormatRaw)
	g := b.guest(t, h)
	g.Image = hawkfish.ImageSource{} // its own disk boots nothing
	g.Machine.Boot.Primary = schemas.BootSourceCd
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(h.CreateDisk(t.Context(), g))
	must(h.Define(t.Context(), g))
	_, err = h.Start(t.Context(), g.ID)
	must(err)
	facts, err := h.FetchMedium(t.Context(), hawkfish.MediaSource{URL: src.URL}, func(int64, int64) {})
	must(err)
	t.Cleanup(func() { _ = b.open(t).SweepMedia(t.Context(), 0) })
	disc := &hawkfish.Medium{ID: uuid.NewString(), URL: src.URL, SHA256: facts.SHA256}
	g.Machine = g.Machine.WithMedium(hawkfish.SlotCd, disc)
	_, err = h.Configure(t.Context(), g)
	must(err)
	_, err = h.Reset(t.Context(), g.ID, "op")
	must(err)
	eventually(t, "it boots from the disc", func() bool {
		out, err := h.SerialOutput(t.Context(), g.ID, 1<<16)
		return err == nil && bytes.Contains(out, []byte(bootText))
	})
	if out, _ := h.SerialOutput(t.Context(), g.ID, 1<<16); !bytes.Contains(out, []byte("drive=000000e0")) { // SeaBIOS's first CD
		t.Errorf("it booted from elsewhere: %s", out)
	}
}
