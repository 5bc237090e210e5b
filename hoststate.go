package hawkfish

import "slices"

// HostState says whether systems may be placed on a host.
type HostState string

const (
	HostEnabled     HostState = "Enabled"
	HostMaintenance HostState = "Maintenance" // an operator works on it: nothing is placed on it
	HostUnreachable HostState = "Unreachable" // its worker has been silent for HostSilence, or has never reported
	HostError       HostState = "Error"       // its worker reports that the hypervisor does not answer
	HostFenced      HostState = "Fenced"      // it is known to be dead, and what it ran may run elsewhere
)

// Values lists the states.
func (HostState) Values() []string {
	return []string{string(HostEnabled), string(HostMaintenance), string(HostUnreachable), string(HostError), string(HostFenced)}
}

// HostChange is what may change the state of a host.
type HostChange string

const (
	HostReports           HostChange = "Reports"          // its worker says that all is well
	HostFails             HostChange = "Fails"            // its worker says that the hypervisor does not answer
	HostFallsSilent       HostChange = "FallsSilent"      // the fleet has not heard of it for HostSilence
	HostIsFenced          HostChange = "Fence"            // it is known to be dead
	HostEntersMaintenance HostChange = "EnterMaintenance" // an operator wants it
	HostExitsMaintenance  HostChange = "ExitMaintenance"  // an operator wants it
)

// hostRule is what a change makes of each state. A state that is missing stays as it is, or, where Strict, refuses.
type hostRule struct {
	To map[HostState]HostState
	// Resumes is what a host that cannot be reached now is to be when it is back; empty: what it was to be before.
	Resumes HostState
	Strict  bool
	Event   EventKind // told when the state, or what it is to be again, has changed
}

// resumed stands for what a host is to be again.
const resumed HostState = ""

// hostRules is the one place that says which change of a host's state may follow which. Nothing but an operator takes a
// host out of Fenced: what it ran may run elsewhere by now.
var hostRules = map[HostChange]hostRule{
	HostReports: {
		To:    map[HostState]HostState{HostUnreachable: resumed, HostError: resumed},
		Event: EventHostReachable,
	},
	HostFails: {
		To:    map[HostState]HostState{HostEnabled: HostError, HostMaintenance: HostError, HostUnreachable: HostError},
		Event: EventHostFailed,
	},
	HostFallsSilent: {
		To:    map[HostState]HostState{HostEnabled: HostUnreachable, HostMaintenance: HostUnreachable, HostError: HostUnreachable},
		Event: EventHostUnreachable,
	},
	HostIsFenced: {
		To: map[HostState]HostState{
			HostEnabled: HostFenced, HostMaintenance: HostFenced, HostUnreachable: HostFenced, HostError: HostFenced, HostFenced: HostFenced,
		},
		Strict: true, Event: EventHostFenced,
	},
	HostEntersMaintenance: {
		To: map[HostState]HostState{
			HostEnabled: HostMaintenance, HostMaintenance: HostMaintenance, HostUnreachable: HostUnreachable, HostError: HostError,
			HostFenced: HostMaintenance,
		},
		Resumes: HostMaintenance, Strict: true, Event: EventHostMaintenanceEntered,
	},
	HostExitsMaintenance: {
		To:      map[HostState]HostState{HostMaintenance: HostEnabled, HostEnabled: HostEnabled, HostUnreachable: HostUnreachable, HostError: HostError},
		Resumes: HostEnabled, Strict: true, Event: EventHostMaintenanceExited,
	},
}

// After returns the host after a change of its state, and the event that tells of it; no event: nothing has changed.
// Conflict when the change may not follow on the state.
func (h Host) After(change HostChange) (Host, EventKind, error) {
	rule := hostRules[change]
	to, ok := rule.To[h.State]
	if !ok && rule.Strict {
		return h, "", &Error{Kind: Conflict, Resource: "Host", ID: h.ID, Message: "the host is " + string(h.State)}
	}
	after := h
	if ok {
		after.State = to
	}
	if after.State == resumed {
		after.State = h.Resumes
	}
	switch {
	case rule.Resumes != "":
		after.Resumes = rule.Resumes
	case h.State == HostEnabled || h.State == HostMaintenance:
		after.Resumes = h.State
	}
	if after.State == h.State && (rule.Resumes == "" || after.Resumes == h.Resumes) {
		return after, "", nil
	}
	return after, rule.Event, nil
}

// HostsThat lists the states that a change makes something else of.
func HostsThat(change HostChange) []HostState {
	var states []HostState
	for from, to := range hostRules[change].To {
		if from != to {
			states = append(states, from)
		}
	}
	slices.Sort(states)
	return states
}
