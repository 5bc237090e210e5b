package libvirt

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// seeds are the volumes of what cloud-init of a system is to find, with their contents.
func (b bench) seeds(t *testing.T, h *Host, id string) map[string][]byte {
	t.Helper()
	all, err := work(t.Context(), h, func(c *conn) (map[string][]byte, error) {
		p, err := h.openPool(c)
		if err != nil {
			return nil, err
		}
		names, err := p.volumes(c, id+seedInfix)
		found := map[string][]byte{}
		for _, name := range names {
			vol, look := c.StorageVolLookupByName(p.StoragePool, name)
			var content bytes.Buffer
			if look == nil {
				look = c.StorageVolDownload(vol, &content, 0, 0, golibvirt.StorageVolDownloadFlags(0))
			}
			err = errors.Join(err, look)
			found[name] = content.Bytes()
		}
		return found, err
	})
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return all
}

// What cloud-init is to find is on a disk that the guest can only read, which never boots, and which goes with what it held.
func TestSeed(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	g := b.provision(t, h)
	defined := func(seed *hawkfish.Seed) {
		t.Helper()
		g.Seed = seed
		g.Machine.Generation++
		if err := h.Define(t.Context(), g); err != nil {
			t.Fatal(err)
		}
	}
	disks := func() (found int) {
		d := live(t, h, g.ID)
		for _, disk := range d.Devices.Disks {
			if disk.Target.Dev == seedTarget {
				found++
				if disk.ReadOnly == nil || disk.Boot != nil {
					t.Errorf("%+v", disk)
				}
			}
		}
		return found
	}
	holds := func(text string) {
		t.Helper()
		all := b.seeds(t, h, g.ID)
		for _, content := range all {
			if !bytes.Contains(content, []byte(text)) || !bytes.Contains(content, []byte("cidata")) {
				t.Errorf("it does not hold %q", text)
			}
		}
		if len(all) != 1 || disks() != 1 {
			t.Errorf("%d volumes, %d disks", len(all), disks())
		}
	}
	defined(&hawkfish.Seed{UserData: "#cloud-config first", MetaData: "instance-id: x"})
	holds("#cloud-config first")
	defined(&hawkfish.Seed{UserData: "#cloud-config second"})
	holds("#cloud-config second")

	if _, err := h.Start(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	waitForBoots(t, h, g.ID, 1)
	g.Seed = &hawkfish.Seed{UserData: "#cloud-config third"}
	g.Machine.Generation++
	if o, err := h.Configure(t.Context(), g); err != nil || o.Generation == g.Machine.Generation {
		t.Errorf("a guest that runs: %+v %v", o, err)
	}
	if n := len(b.seeds(t, h, g.ID)); n != 2 {
		t.Errorf("%d volumes while it runs", n)
	}
	if _, err := h.Stop(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	defined(nil)
	if disks() != 0 {
		t.Error("the disk stays")
	}
	if err := errors.Join(h.Undefine(t.Context(), g.ID), h.DeleteDisks(t.Context(), g.ID)); err != nil {
		t.Error(err)
	}
	for name := range b.seeds(t, h, g.ID) {
		t.Errorf("%s stays", strings.TrimPrefix(name, g.ID))
	}
}
