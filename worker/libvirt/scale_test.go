package libvirt

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

// Domains that HawkFish has not made are nobody's systems.
func TestForeignDomains(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	p, err := h.getPlatform(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	doc, err := trialXML(id.String(), p)
	if err != nil {
		t.Fatal(err)
	}
	_, err = work(t.Context(), h, func(c *conn) (struct{}, error) {
		dom, err := c.DomainDefineXMLFlags(doc, 0)
		t.Cleanup(func() {
			_, _ = work(context.Background(), b.open(t), func(c *conn) (struct{}, error) { return struct{}{}, c.DomainUndefine(dom) })
		})
		return struct{}{}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if o, err := h.Observe(t.Context(), id.String()); err != nil || !o.Absent {
		t.Errorf("got %+v, %v", o, err)
	}
	if all, err := h.ObserveAll(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("got %+v, %v", all, err)
	}
	if _, err := h.Start(t.Context(), id.String()); hawkfish.KindOf(err) != hawkfish.NotFound {
		t.Errorf("Start: got %v", err)
	}
	if err := h.Undefine(t.Context(), id.String()); hawkfish.KindOf(err) != hawkfish.Conflict {
		t.Errorf("Undefine: got %v", err)
	}
}

// A thousand systems are looked at in one call, by a worker that knows them and by one that has just started.
func TestThousandSystems(t *testing.T) {
	b := newBench(t)
	h := b.open(t, func(c *Config) { c.URI = "test:///default?socket=" + b.Socket })
	// The test driver's domains live as long as a connection is open.
	keep, err := h.conns.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer keep.close()
	const n = 1000
	for i := range n {
		g := hawkfish.Guest{ID: uuid.NewString(), Name: fmt.Sprintf("scale-%d", i), CPUs: 1, MemoryMiB: 16, DiskGiB: 1}
		doc, err := marked(domain(g, platform{arch: "i686", machine: "", domainType: "test", cpu: "qemu64"}, someDir), mark{Project: "p"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := keep.DomainDefineXML(doc); err != nil {
			t.Fatal(err)
		}
	}
	for _, look := range []string{"first", "second"} {
		var all []hawkfish.Observation
		took := timed(func() { all, err = h.ObserveAll(t.Context()) })
		if err != nil || len(all) != n {
			t.Fatalf("got %d, %v", len(all), err)
		}
		t.Logf("%s look: %s", look, took)
		if took > 5*time.Second {
			t.Errorf("the %s look took %s", look, took)
		}
	}
}

func BenchmarkFetchImage(b *testing.B) {
	src := &source{size: 256 << 20, pause: 1, then: func() error { return nil }}
	h := newBench(b).open(b, func(c *Config) { c.Source = src })
	img := src.image()
	b.SetBytes(src.size)
	for b.Loop() {
		if _, err := h.FetchImage(b.Context(), img, func(int64, int64) {}); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := h.DropImage(b.Context(), img.SHA256); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

func BenchmarkPower(b *testing.B) {
	host := newBench(b)
	h := host.open(b)
	g := host.provision(b, h)
	step := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	step("Define", func() error { return h.Define(b.Context(), g) })
	step("Observe", func() error { _, err := h.Observe(b.Context(), g.ID); return err })
	step("StartStop", func() error {
		if _, err := h.Start(b.Context(), g.ID); err != nil {
			return err
		}
		_, err := h.Stop(b.Context(), g.ID)
		return err
	})
}
