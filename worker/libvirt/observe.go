package libvirt

import (
	"context"
	"errors"
	"strings"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// powerStates says what libvirt's domain states (virDomainState) are in Redfish.
var powerStates = map[golibvirt.DomainState]schemas.PowerState{
	golibvirt.DomainNostate:     schemas.PowerStateOn,
	golibvirt.DomainRunning:     schemas.PowerStateOn,
	golibvirt.DomainBlocked:     schemas.PowerStateOn,
	golibvirt.DomainPaused:      schemas.PowerStatePaused,
	golibvirt.DomainShutdown:    schemas.PowerStatePoweringOff,
	golibvirt.DomainShutoff:     schemas.PowerStateOff,
	golibvirt.DomainCrashed:     schemas.PowerStateOff,
	golibvirt.DomainPmsuspended: schemas.PowerStatePaused,
}

func powerOf(state golibvirt.DomainState, reason int32) schemas.PowerState {
	if state == golibvirt.DomainPaused && golibvirt.DomainPausedReason(reason) == golibvirt.DomainPausedStartingUp {
		return schemas.PowerStatePoweringOn
	}
	return powerStates[state]
}

// causes says what libvirt's reasons of a state are to the fleet (virDomainShutoffReason, virDomainPausedReason).
var causes = map[golibvirt.DomainState]map[int32]hawkfish.PowerCause{
	golibvirt.DomainShutoff: {
		int32(golibvirt.DomainShutoffShutdown):  hawkfish.CauseShutdown,
		int32(golibvirt.DomainShutoffDestroyed): hawkfish.CauseForcedOff,
		int32(golibvirt.DomainShutoffCrashed):   hawkfish.CauseCrashed,
		int32(golibvirt.DomainShutoffFailed):    hawkfish.CauseFailed,
		int32(golibvirt.DomainShutoffSaved):     hawkfish.CauseSuspended,
	},
	golibvirt.DomainPaused: {
		int32(golibvirt.DomainPausedUser):      hawkfish.CausePaused,
		int32(golibvirt.DomainPausedIoerror):   hawkfish.CauseIOError,
		int32(golibvirt.DomainPausedWatchdog):  hawkfish.CauseWatchdog,
		int32(golibvirt.DomainPausedCrashed):   hawkfish.CausePanicked,
		int32(golibvirt.DomainPausedMigration): hawkfish.CauseBusy,
		int32(golibvirt.DomainPausedSave):      hawkfish.CauseBusy,
		int32(golibvirt.DomainPausedDump):      hawkfish.CauseBusy,
		int32(golibvirt.DomainPausedSnapshot):  hawkfish.CauseBusy,
	},
}

func causeOf(c *conn, dom golibvirt.Domain, state golibvirt.DomainState, reason int32) (hawkfish.PowerCause, error) {
	switch state {
	case golibvirt.DomainCrashed:
		return hawkfish.CauseCrashed, nil
	case golibvirt.DomainPmsuspended:
		return hawkfish.CauseSleeping, nil
	}
	cause := causes[state][reason]
	if cause == hawkfish.CauseSuspended { // libvirt goes on to say so when what was saved has been removed
		saved, err := c.DomainHasManagedSaveImage(dom, 0)
		if err != nil || saved == 0 {
			return hawkfish.CauseForcedOff, err
		}
	}
	return cause, nil
}

// look finds a system's domain and its state. libvirt's "no domain" when there
// is none, and errForeign when it is not HawkFish's.
func (h *Host) look(c *conn, id golibvirt.UUID) (guest, error) {
	at := time.Now().UTC()
	dom, err := c.DomainLookupByUUID(id)
	if err != nil {
		return guest{}, err
	}
	rec, err := h.find(c, dom)
	if err != nil {
		return guest{}, err
	}
	state, reason, err := c.DomainGetState(dom, 0)
	if err != nil {
		return guest{}, err
	}
	m, ours := h.registry.read(rec)
	if !ours {
		return guest{}, errForeign
	}
	cause, err := causeOf(c, dom, golibvirt.DomainState(state), reason)
	if err != nil {
		return guest{}, err
	}
	return guest{
		Domain: dom, record: rec, c: c, Observation: observation(rec, m, at, golibvirt.DomainState(state), reason, cause),
		runs:  !isOff(golibvirt.DomainState(state)),
		ended: hasEnded(golibvirt.DomainState(state), reason),
	}, nil
}

// observation is what a domain's state and its mark say of a system.
func observation(rec *record, m mark, at time.Time, state golibvirt.DomainState, reason int32, cause hawkfish.PowerCause) hawkfish.Observation {
	o := hawkfish.Observation{
		SystemID: rec.id, At: at, LastReset: m.LastReset.Time, ResetCause: m.ResetCause, Power: powerOf(state, reason), Cause: cause,
		Booted: m.Booted, Generation: m.Generation, Ejected: strings.Fields(m.Ejected),
	}
	switch {
	case !isOff(state):
		o.Generation = m.running()
	case m.Cycle != "": // it is off on the way to on
		o.Power, o.Cause = schemas.PowerStatePoweringOn, ""
	case m.Armed && hasEnded(state, reason): // nobody knows yet whether for good
		o.Power, o.Cause = schemas.PowerStatePoweringOff, ""
	}
	return o
}

func isOff(state golibvirt.DomainState) bool {
	return state == golibvirt.DomainShutoff || state == golibvirt.DomainCrashed
}

// hasEnded reports whether a guest is off because it wanted to be, or because it has rebooted while it was armed.
func hasEnded(state golibvirt.DomainState, reason int32) bool {
	return state == golibvirt.DomainShutoff && golibvirt.DomainShutoffReason(reason) == golibvirt.DomainShutoffShutdown
}

// seeing turns what look has found into an observation.
func seeing(systemID string, at time.Time, g guest, err error) (hawkfish.Observation, error) {
	if isCode(err, golibvirt.ErrNoDomain) || errors.Is(err, errForeign) {
		return hawkfish.Observation{SystemID: systemID, At: at, Absent: true}, nil
	}
	return g.Observation, err
}

// Observe looks at one system (virDomainGetState).
func (h *Host) Observe(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	id, err := parseID(systemID)
	if err != nil {
		return hawkfish.Observation{}, err
	}
	o, err := ask(ctx, h, func(c *conn) (hawkfish.Observation, error) {
		at := time.Now().UTC()
		g, err := h.look(c, id)
		return seeing(systemID, at, g, err)
	})
	return about(systemID, o, err)
}

// ObserveAll looks at all systems in one call (virConnectGetAllDomainStats),
// and at the marks of those that it has not met before.
func (h *Host) ObserveAll(ctx context.Context) ([]hawkfish.Observation, error) {
	return work(ctx, h, func(c *conn) ([]hawkfish.Observation, error) {
		at := time.Now().UTC()
		stats, err := c.ConnectGetAllDomainStats(nil, uint32(golibvirt.DomainStatsState), 0)
		if err != nil {
			return nil, err
		}
		all := make([]hawkfish.Observation, 0, len(stats))
		listed := make(map[golibvirt.UUID]bool, len(stats))
		for _, s := range stats {
			listed[s.Dom.UUID] = true
			rec, err := h.find(c, s.Dom)
			if isCode(err, golibvirt.ErrNoDomain) {
				continue // it went away in between
			}
			if err != nil {
				return nil, err
			}
			m, ours := h.registry.read(rec)
			if !ours {
				continue
			}
			state, reason := stateOf(s.Params)
			cause, err := causeOf(c, s.Dom, state, reason)
			if isCode(err, golibvirt.ErrNoDomain) {
				continue
			}
			if err != nil {
				return nil, err
			}
			all = append(all, observation(rec, m, at, state, reason, cause))
		}
		h.registry.keepOnly(listed)
		return all, nil
	})
}

func stateOf(params []golibvirt.TypedParam) (state golibvirt.DomainState, reason int32) {
	for _, p := range params {
		v, _ := p.Value.I.(int32)
		switch p.Field {
		case golibvirt.DomainStatsStateState:
			state = golibvirt.DomainState(v)
		case golibvirt.DomainStatsStateReason:
			reason = v
		}
	}
	return state, reason
}
