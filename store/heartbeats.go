package store

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// AnnounceHost stores what a host says of itself, and that it lives. One that nobody knows is Enabled, unless it says that
// its hypervisor fails: then it is not heeded. Conflict when another machine has the name, and lives or has systems.
func (s *Store) AnnounceHost(ctx context.Context, a hawkfish.Announcement) error {
	on := subject{resourceHost, a.HostID}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		was, silence, err := hostToChange(ctx, q, a.HostID)
		if missing(err) && a.Failure == "" {
			fresh := hawkfish.Host{ID: a.HostID, URI: a.URI, State: hawkfish.HostEnabled, Resumes: hawkfish.HostEnabled, Facts: a.Facts, Load: a.Facts.Load}
			made, err := insertHost(ctx, q, fresh, true)
			if made || err != nil {
				return struct{}{}, err
			}
			if was, silence, err = hostToChange(ctx, q, a.HostID); err != nil { // it has come meanwhile
				return struct{}{}, err
			}
		} else if err != nil {
			return struct{}{}, err
		}
		if another(was, a, silence) {
			return struct{}{}, &hawkfish.Error{
				Kind: hawkfish.Conflict, Resource: resourceHost, ID: a.HostID,
				Message: "another machine has this name; give one of the two another",
			}
		}
		change, is := hawkfish.HostReports, was
		if a.Failure != "" {
			change, is.Cause = hawkfish.HostFails, a.Failure
		} else {
			is.URI, is.Facts, is.Load, is.Cause = a.URI, a.Facts, a.Facts.Load, ""
			is.Load.Counted = was.Allocated.CPUs
		}
		after, _, err := is.After(change)
		if err != nil {
			return struct{}{}, err
		}
		if err := writeHost(ctx, q, after, true); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, record(ctx, q, hostEvents(was, change, ""))
	})
	return err
}

// another reports whether an announcement is of another machine than the one that has the name, and does not give it away:
// it is silent, and has no systems.
func another(h hawkfish.Host, a hawkfish.Announcement, silence time.Duration) bool {
	known, says := h.Facts.Machine, a.Facts.Machine
	return known != "" && says != "" && known != says && (silence <= hawkfish.HostSilence || h.Systems > 0)
}

// SilenceHosts makes the hosts Unreachable that have not reported for HostSilence, tells of it, and returns their IDs. Of calls at the
// same time one tells.
func (s *Store) SilenceHosts(ctx context.Context) ([]string, error) {
	return transact(ctx, s, subject{resource: resourceHost}, func(ctx context.Context, q *db.Queries) ([]string, error) {
		rows, err := q.SilentHosts(ctx, db.SilentHostsParams{States: audible(), Silence: hawkfish.HostSilence.Seconds()})
		if err != nil {
			return nil, err
		}
		var ids []string
		var events []hawkfish.Event
		for _, row := range rows {
			was, err := host(row.Host, given{row.Systems, row.CPUs, row.MemoryMiB, row.DiskGiB})
			if err != nil {
				return nil, err
			}
			is, _, err := was.After(hawkfish.HostFallsSilent)
			if err != nil {
				return nil, err
			}
			if err := writeHost(ctx, q, is, false); err != nil {
				return nil, err
			}
			ids, events = append(ids, is.ID), append(events, hostEvents(was, hawkfish.HostFallsSilent, "")...)
		}
		return ids, record(ctx, q, events)
	})
}

// NextSilence is how long it will take, at least, until a host that reports now may have been silent for HostSilence.
func (s *Store) NextSilence(ctx context.Context) (time.Duration, error) {
	return ask(ctx, s, subject{resource: resourceHost}, func(ctx context.Context, q *db.Queries) (time.Duration, error) {
		longest, err := q.LongestSilence(ctx, audible())
		return max(hawkfish.HostSilence-seconds(longest), 0), err
	})
}

// audible lists the states of hosts whose silence is news.
func audible() []string {
	var states []string
	for _, state := range hawkfish.HostsThat(hawkfish.HostFallsSilent) {
		states = append(states, string(state))
	}
	return states
}

// Census counts the systems by host, phase and power, and lists the hosts.
func (s *Store) Census(ctx context.Context) (hawkfish.Census, error) {
	hosts, err := s.ListHosts(ctx)
	if err != nil {
		return hawkfish.Census{}, err
	}
	return ask(ctx, s, subject{resource: resourceSystem}, func(ctx context.Context, q *db.Queries) (hawkfish.Census, error) {
		rows, err := q.CountSystemsByHost(ctx)
		census := hawkfish.Census{Hosts: hosts}
		for _, r := range rows {
			census.Systems = append(census.Systems, hawkfish.SystemCount{HostID: r.HostID, Phase: hawkfish.SystemPhase(r.Phase), Power: r.PowerState, Count: r.Count})
		}
		if err != nil {
			return census, err
		}
		tasks, err := q.CountOpenTasks(ctx)
		for _, r := range tasks {
			census.Tasks = append(census.Tasks, hawkfish.TaskCount{Operation: hawkfish.Operation(r.Operation), State: schemas.TaskState(r.State), Count: r.Count})
		}
		return census, err
	})
}
