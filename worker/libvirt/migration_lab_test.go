package libvirt

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/lab/labtest"
	"github.com/projectbeskar/hawkfish/worker/hypervisortest"
)

// crossing is two lab hosts between which guests move.
type crossing struct {
	from, to bench
	near     *Host
	far      *Host
}

// cross opens two hosts, whose pools are shared or not.
func cross(t *testing.T, lab *labtest.Lab, transport string, shared bool) *crossing {
	t.Helper()
	x := &crossing{from: newBenchOf(t, lab.Hosts[0]), to: newBenchOf(t, lab.Hosts[1])}
	x.to.dir = x.from.dir // one of them is where images are
	x.near, x.far = x.from.open(t, reached(lab, lab.Hosts[0], transport, shared)), x.to.open(t, reached(lab, lab.Hosts[1], transport, shared))
	return x
}

// reached says where other hosts reach one, and which pool it has.
func reached(lab *labtest.Lab, host labtest.Host, transport string, shared bool) func(*Config) {
	return func(c *Config) {
		c.MigrationURI = "qemu+" + transport + "://" + host.Name + "/system"
		if shared {
			c.DiskPath = filepath.Join(lab.Dir, "shared", "disks")
		}
	}
}

// dirty makes a guest write to all of its memory, over and over.
func dirty(t *testing.T, h *Host, id string) {
	t.Helper()
	typeKey(t, h, id, 'd')
	eventually(t, "the guest writes to its memory", func() bool {
		out, err := h.SerialOutput(t.Context(), id, 1<<20)
		return err == nil && bytes.Contains(out, []byte("dirty 1"))
	})
}

// Guests go from one real host to another as they do between all hosts.
func TestMigration(t *testing.T) {
	lab := labtest.Up(t, 2)
	for name, shared := range map[string]bool{"copied": false, "shared": true} {
		t.Run(name, func(t *testing.T) {
			if shared && os.Getenv("HAWKFISH_FULL") != "1" {
				t.Skip("TestTransfersBringTheDisk has shared storage, too")
			}
			x := cross(t, lab, "tcp", shared)
			alter := reached(lab, lab.Hosts[0], "tcp", shared)
			hypervisortest.RunMigration(t, hypervisortest.World{
				Image: x.from.tiny(t), BootText: bootText, ImageDir: x.from.dir, Network: "default",
				Pair: func(*testing.T) hypervisortest.Pair {
					return hypervisortest.Pair{
						From: hypervisortest.Host{Hypervisor: x.near}, To: hypervisortest.Host{Hypervisor: x.far}, Shared: shared,
						Reopen: func(*testing.T) hawkfish.Hypervisor {
							_ = x.near.Close()
							x.near = x.from.open(t, alter)
							return x.near
						},
						NeverConverge: func(t *testing.T, id string) { dirty(t, x.near, id) },
					}
				},
			})
		})
	}
}
