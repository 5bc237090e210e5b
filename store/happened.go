package store

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// This file says which events follow from what has changed of a system.

// seenEvents are those of what a host has seen.
func seenEvents(r db.ObserveSystemsRow) []hawkfish.Event {
	origin := hawkfish.Target{Kind: hawkfish.TargetSystem, ID: r.ID, Name: r.Name}
	tell := func(kind hawkfish.EventKind, d any) hawkfish.Event {
		return hawkfish.Event{ProjectID: r.ProjectID, Origin: origin, Kind: kind, Detail: detail(d), At: r.ObservedAt}
	}
	var events []hawkfish.Event
	lost := string(hawkfish.PhaseLost)
	switch {
	case r.WasPhase != lost && r.Phase == lost:
		events = append(events, tell(hawkfish.EventSystemLost, hawkfish.HostDetail{Host: r.HostID}))
	case r.WasPhase == lost && r.Phase != lost:
		events = append(events, tell(hawkfish.EventSystemFound, struct{}{}))
	}
	if r.Was != r.Power {
		events = append(events, powerEvent(r.ProjectID, r.ID, r.Name, r.Was, r.Power, r.PowerCause, r.ObservedAt))
	} else if r.WasReset != nil && r.LastReset != nil && r.LastReset.After(*r.WasReset) {
		events = append(events, tell(hawkfish.EventSystemReset, struct{}{}))
	}
	if r.Consumed != "" {
		events = append(events, tell(hawkfish.EventBootOverrideConsumed, hawkfish.BootDetail{Target: schemas.BootSource(r.Consumed)}))
	}
	return events
}

// lostEvents are those of a system that a complete look has not found.
func lostEvents(hostID string, r db.LoseSystemsRow) []hawkfish.Event {
	events := []hawkfish.Event{{
		ProjectID: r.ProjectID, Origin: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: r.ID, Name: r.Name},
		Kind: hawkfish.EventSystemLost, Detail: detail(hawkfish.HostDetail{Host: hostID}), At: r.ObservedAt,
	}}
	if r.Was != r.Power {
		events = append(events, powerEvent(r.ProjectID, r.ID, r.Name, r.Was, r.Power, "", r.ObservedAt))
	}
	return events
}

// changeEvents are those of what somebody has changed of a system.
func changeEvents(was, is hawkfish.System, requester string) []hawkfish.Event {
	tell := func(kind hawkfish.EventKind, d any) hawkfish.Event {
		return hawkfish.Event{
			ProjectID: is.ProjectID, Origin: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: is.ID, Name: is.Name}, Kind: kind, Detail: detail(d),
		}
	}
	var events []hawkfish.Event
	if o := is.Machine.Boot.Override; o != was.Machine.Boot.Override {
		d := hawkfish.BootDetail{Target: o.Target, Enabled: o.Enabled, Requester: requester}
		if !o.Active() {
			d.Target, d.Enabled = schemas.BootSourceNone, schemas.BootSourceOverrideEnabledDisabled
		}
		events = append(events, tell(hawkfish.EventBootOverrideSet, d))
	}
	if changed := changedProperties(was, is); len(changed) > 0 {
		events = append(events, tell(hawkfish.EventSystemChanged, hawkfish.ChangeDetail{Properties: changed, Requester: requester}))
	}
	return events
}

// changedProperties names what is another than before, besides the boot override. The parts of
// the machine are named as they are kept.
func changedProperties(was, is hawkfish.System) []string {
	var names []string
	for _, p := range []struct {
		name    string
		changed bool
	}{
		{"AssetTag", was.AssetTag != is.AssetTag}, {"Labels", !maps.Equal(was.Labels, is.Labels)}, {"CPU", was.CPUs != is.CPUs}, {"MemoryMiB", was.MemoryMiB != is.MemoryMiB},
		{"Placement", !was.Placement.Equal(is.Placement)},
	} {
		if p.changed {
			names = append(names, p.name)
		}
	}
	before, after := parts(was.Machine), parts(is.Machine)
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[name]; !ok {
			after[name] = nil
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if string(before[name]) != string(after[name]) {
			names = append(names, strings.ToUpper(name[:1])+name[1:])
		}
	}
	return names
}

// parts are the parts of a machine, but for what changes with every change and for what has an event of its own.
func parts(m hawkfish.Machine) map[string]json.RawMessage {
	m.Boot.Override, m.Generation = hawkfish.BootOverride{}, 0
	all := map[string]json.RawMessage{}
	text, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		panic("a machine cannot be stored: " + err.Error()) // it holds only plain values
	}
	return all
}
