package libvirt

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// One host's libvirtd hangs, with calls under way, and fifty operations on another host in the same process take no longer than before.
func TestAHungHostSlowsNoOther(t *testing.T) {
	const operations, wide = 50, 5
	hosts := labtest.Up(t, 2).Hosts
	well := newBenchOf(t, hosts[0])
	stuck := newBenchOf(t, hosts[1])
	h, hung := well.open(t), stuck.open(t, func(c *Config) { c.Deadline, c.SlowDeadline = 10*time.Second, time.Minute })
	if _, err := hung.Facts(t.Context()); err != nil {
		t.Fatal(err)
	}
	g := well.provision(t, h)
	if _, err := h.Start(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	round := func() time.Duration {
		began := time.Now()
		var all sync.WaitGroup
		for n := range wide {
			all.Go(func() {
				for i := range operations / wide {
					var err error
					if (n+i)%2 == 0 {
						_, err = h.Observe(t.Context(), g.ID)
					} else {
						_, err = h.Facts(t.Context())
					}
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		return time.Since(began)
	}
	round() // connections are made
	alone := round()

	stuck.Libvirtd(labtest.Freeze)
	waiting, give := context.WithCancel(t.Context())
	var blocked sync.WaitGroup
	for range 50 {
		blocked.Go(func() {
			if _, err := hung.Facts(waiting); err == nil {
				t.Error("a frozen libvirtd answers")
			}
		})
	}
	beside := round()
	give()
	blocked.Wait()
	t.Logf("%d operations: %s alone, %s beside 50 calls to a libvirtd that hangs", operations, alone, beside)
	if limit := max(3*alone, 2*time.Second); beside > limit {
		t.Errorf("%s, more than %s", beside, limit)
	}
}
