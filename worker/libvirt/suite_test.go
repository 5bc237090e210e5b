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
	parent, shared := t, b.open(t)
	hypervisortest.Run(t, hypervisortest.World{
		Image: b.tiny(t), BootText: bootText, ImageDir: b.dir, HTTP: true, Network: "default",
		Open: func(t *testing.T) hypervisortest.Host {
			// A host has one worker: one that a test has opened ends with it, but after its clean-up, and does
			// not date what later tests do.
			var reopened []*Host
			t.Cleanup(func() {
				for _, h := range reopened {
					_ = h.Close()
				}
			})
			return hypervisortest.Host{
				Hypervisor: shared,
				Reopen: func(*testing.T) hawkfish.Hypervisor {
					h := b.open(parent)
					reopened = append(reopened, h)
					return h
				},
				PowerOff: func(t *testing.T, id string) { typeKey(t, shared, id, 'q') },
				Reboot:   func(t *testing.T, id string) { typeKey(t, shared, id, 'r') },
				Die:      kill,
				IgnoreButton: func(t *testing.T, id string) {
					typeKey(t, shared, id, 'i')
					eventually(t, "the guest ignores its button", func() bool {
						out, err := shared.SerialOutput(t.Context(), id, 1<<20)
						return err == nil && bytes.Contains(out, []byte("ignore 1"))
					})
				},
			}
		},
	})
}
