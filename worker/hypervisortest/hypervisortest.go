// Package hypervisortest is the behaviour that every hawkfish.Hypervisor must
// have, sentence by sentence of its documentation. Real libvirt hosts and the
// simulated one pass the same suite, so that neither can lie about the other.
//
// It knows nothing of how a host is made, and sees one only through the
// interface and the few doors that a World opens.
package hypervisortest

import (
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// World is what the suite needs to know of the hosts it tests.
type World struct {
	// Open returns a host; it may be the same one for every test. The suite
	// leaves nothing of its own behind on it.
	Open func(t *testing.T) Host

	// Image boots, writes BootText to the serial port once a boot, and obeys the
	// power button. Its SHA256 is set, and its disk fits into 1 GiB.
	Image    hawkfish.ImageSource
	BootText string

	// ImageDir is a folder that the suite can write to, and from which hosts fetch file:// URLs.
	ImageDir string
	// HTTP says that hosts may fetch from a web server on 127.0.0.1.
	HTTP bool
	// Network is one that guests can be connected to; empty: none.
	Network string
	// Addresses says that a guest of Image gets an address on Network.
	Addresses bool
	// Pair returns two hosts between which guests can be brought; nil skips what needs them.
	Pair func(t *testing.T) Pair
	// Patience is how long anything may take; zero: 30 seconds.
	Patience time.Duration
}

// Host is one host under test. Hooks that are nil skip the tests that need them.
type Host struct {
	hawkfish.Hypervisor

	// Reopen returns the same host as a worker that has just started sees it. The suite then uses only
	// this one, up to its own clean-up: end it where the one before would have ended, in a Cleanup of Open.
	Reopen func(t *testing.T) hawkfish.Hypervisor

	// PowerOff, Reboot and IgnoreButton tell a guest that has booted to switch itself off, to
	// restart itself, and to ignore its power button from now on.
	PowerOff, Reboot, IgnoreButton func(t *testing.T, systemID string)
	// PowerCut cuts the host's power and starts it again.
	PowerCut func(t *testing.T)
	// CPUs counts those that a guest that runs has.
	CPUs func(t *testing.T, systemID string) int
	// Die ends a guest that runs as if its process had been killed.
	Die func(t *testing.T, systemID string)
	// Media tells what a guest's drives have, as the guest sees it: digests by slot.
	Media func(t *testing.T, systemID string) map[hawkfish.MediaSlot]string
	// Eject puts out a guest's disc as the guest would.
	Eject func(t *testing.T, systemID string)
	// MakeForeign makes a domain by hand that is not HawkFish's, with one CPU, 64 MiB and a disk, and removes it after the test.
	// TheirsAlone returns what there is of it but HawkFish's mark, its run included: equal texts, nothing has been touched.
	MakeForeign func(t *testing.T, name string, on bool) (id string)
	TheirsAlone func(t *testing.T, id string) string
	// NMIs counts the non-maskable interrupts a guest has received.
	NMIs func(t *testing.T, systemID string) int
}

// Pair is two hosts.
type Pair struct {
	From, To Host
	Shared   bool // they have the same storage
	// NeverConverge makes a guest of From that runs change its memory faster than it is transferred; nil: it cannot.
	NeverConverge func(t *testing.T, systemID string)
	// Reopen is Host.Reopen of From.
	Reopen func(t *testing.T) hawkfish.Hypervisor
}

// Run runs the suite, one test after the other.
func Run(t *testing.T, w World) {
	if w.Patience == 0 {
		w.Patience = 30 * time.Second
	}
	if w.Pair != nil {
		t.Run("Migration", func(t *testing.T) { RunMigration(t, w) })
	}
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"Facts", factsTests},
		{"Image", imageTests},
		{"Disk", diskTests},
		{"Definition", definitionTests},
		{"Media", mediaTests},
		{"Power", powerTests},
		{"Reset", resetTests},
		{"Pause", pauseTests},
		{"Boot", bootTests},
		{"Restore", restoreTests},
		{"Hot", hotTests},
		{"NIC", nicTests},
		{"HotReopen", hotReopenTests},
		{"Guest", guestTests},
		{"Serial", serialTests},
		{"Observe", observeTests},
		{"Inspect", inspectTests},
		{"Measure", measureTests},
		{"Foreign", foreignTests},
		{"Watch", watchTests},
		{"Reopen", reopenTests},
		{"Context", contextTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, one := range group.tests {
				t.Run(one.name, func(t *testing.T) {
					one.run(&fixture{T: t, World: w, Host: w.Open(t)})
				})
			}
		})
	}
}

// RunMigration runs the part of the suite that is about two hosts.
func RunMigration(t *testing.T, w World) {
	if w.Patience == 0 {
		w.Patience = 30 * time.Second
	}
	for _, one := range migrationTests {
		t.Run(one.name, func(t *testing.T) { one.run(&fixture{T: t, World: w}) })
	}
}

type test struct {
	name string
	run  func(f *fixture)
}
