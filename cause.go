package hawkfish

import "github.com/projectbeskar/hawkfish/schemas"

// PowerCause says why a system's power is what it is, as far as its host knows; empty: there is nothing to tell.
type PowerCause string

const (
	CauseShutdown  PowerCause = "Shutdown"  // off: the guest has switched itself off, asked or not
	CauseForcedOff PowerCause = "ForcedOff" // off: somebody has pulled the plug
	CauseCrashed   PowerCause = "Crashed"   // off: the guest has panicked, or its QEMU has died
	CauseFailed    PowerCause = "Failed"    // off: it could not be started
	CauseHostDied  PowerCause = "HostDied"  // off: its host is dead
	CauseSuspended PowerCause = "Suspended" // off: its memory is saved; it goes on when it is started
	CausePaused    PowerCause = "Paused"    // paused: somebody has asked for it
	CauseIOError   PowerCause = "IOError"   // paused: a disk has failed, or is full; Resume tries again
	CauseWatchdog  PowerCause = "Watchdog"  // paused: by the guest's watchdog
	CausePanicked  PowerCause = "Panicked"  // paused: the guest has panicked, and cannot go on
	CauseSleeping  PowerCause = "Sleeping"  // paused: the guest sleeps (ACPI S3)
	CauseBusy      PowerCause = "Busy"      // paused: its host works on it, and lets it go on by itself
)

// IsPaused reports whether the guest is held.
func (o Observation) IsPaused() bool { return !o.Absent && o.Power == schemas.PowerStatePaused }
