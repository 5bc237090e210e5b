package libvirt

import (
	"bytes"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/worker/hypervisortest"
)

// A real host does what every hypervisor must do.
func TestHypervisor(t *testing.T) {
	b := newBench(t)
	// A host has one worker: a test that starts it anew ends the one before, and later tests go on with the new one.
	parent, current := t, b.open(t)
	hypervisortest.Run(t, hypervisortest.World{
		Image: b.tiny(t), BootText: bootText, ImageDir: b.dir, HTTP: true, Network: "default",
		Open: func(t *testing.T) hypervisortest.Host {
			return hypervisortest.Host{
				Hypervisor: current,
				Reopen: func(*testing.T) hawkfish.Hypervisor {
					_ = current.Close()
					current = b.open(parent)
					return current
				},
				PowerOff: func(t *testing.T, id string) { typeKey(t, current, id, 'q') },
				Reboot:   func(t *testing.T, id string) { typeKey(t, current, id, 'r') },
				PowerCut: b.powerCut,
				CPUs: func(t *testing.T, id string) int {
					cpus := live(t, current, id).VCPU
					return int(orDefault(cpus.Current, cpus.Value))
				},
				MakeForeign: func(t *testing.T, name string, on bool) string { return b.stranger(t, current, name, on) },
				TheirsAlone: func(t *testing.T, id string) string { return theirs(t, current, id) },
				Die:         kill,
				Media:       func(t *testing.T, id string) map[hawkfish.MediaSlot]string { return drivesOf(t, current, id) },
				Eject:       func(t *testing.T, id string) { openTray(t, b, id) },
				IgnoreButton: func(t *testing.T, id string) {
					typeKey(t, current, id, 'i')
					eventually(t, "the guest ignores its button", func() bool {
						out, err := current.SerialOutput(t.Context(), id, 1<<20)
						return err == nil && bytes.Contains(out, []byte("ignore 1"))
					})
				},
			}
		},
	})
}
