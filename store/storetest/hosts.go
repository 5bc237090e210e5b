package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// A host that an operator has registered waits for its worker, and is not what it was when it has been removed.
func testRegisterHost(t *testing.T, f Fleet) {
	token := hawkfish.NewJoinToken([32]byte{1})
	made := must(f.RegisterHost(t.Context(), hawkfish.Host{
		ID: "h1", URI: "qemu:///system", Labels: map[string]string{"zone": "a"}, Taints: []hawkfish.Taint{{Key: "gpu"}}, JoinKey: token.Key(),
	}))(t)
	equal(t, "waits", []hawkfish.HostState{made.State, made.Resumes}, []hawkfish.HostState{hawkfish.HostUnreachable, hawkfish.HostEnabled})
	equal(t, "never seen", made.SeenAt.IsZero(), true)
	equal(t, "kept", must(f.FindHost(t.Context(), "h1"))(t), made)
	fault := fails(t, failing(f.RegisterHost(t.Context(), hawkfish.Host{ID: "h1"})), hawkfish.Exists)
	equal(t, "what", []string{fault.Property, fault.Value}, []string{"/Name", "h1"})
	equal(t, "silent ones", len(must(f.SilenceHosts(t.Context()))(t)), 0)

	f.Announce(t, "h1", hawkfish.Resources{CPUs: 4, MemoryMiB: 4096, DiskGiB: 100}, "default")
	is := must(f.FindHost(t.Context(), "h1"))(t)
	equal(t, "is there", []any{is.State, is.Labels, is.Taints, is.JoinKey}, []any{hawkfish.HostEnabled, made.Labels, made.Taints, made.JoinKey})
	equal(t, "told", f.told(t, hawkfish.TargetHost), []hawkfish.EventKind{hawkfish.EventHostReachable})

	fails(t, failing(f.UpdateHost(t.Context(), "h1", is.Revision-1, func(*hawkfish.Host) error { return nil })), hawkfish.Stale)
	fails(t, failing(f.UpdateHost(t.Context(), "h2", 0, func(*hawkfish.Host) error { return nil })), hawkfish.NotFound)
	changed := must(f.UpdateHost(t.Context(), "h1", is.Revision, func(h *hawkfish.Host) error {
		h.Labels, h.Taints, h.Overcommit.CPUs = nil, nil, 2.5
		return nil
	}))(t)
	equal(t, "room", changed.Room(), hawkfish.Resources{CPUs: 10, MemoryMiB: 4096, DiskGiB: 100})
	equal(t, "revision", changed.Revision, is.Revision+1)
	f.Announce(t, "h1", hawkfish.Resources{CPUs: 4, MemoryMiB: 4096, DiskGiB: 100}, "default")
	equal(t, "reports change nothing of it", must(f.FindHost(t.Context(), "h1"))(t).Overcommit, changed.Overcommit)

	s, task := f.Provisioning(t, "web1", nil)
	equal(t, "placed", must(f.PlaceSystem(t.Context(), s.ID))(t), "h1")
	fails(t, f.RemoveHost(t.Context(), "h1", 0), hawkfish.Conflict)
	f.Finish(t, task, "Exception")
	fails(t, f.RemoveHost(t.Context(), "h1", 1), hawkfish.Stale)
	ok(t, f.RemoveHost(t.Context(), "h1", 0))
	fails(t, f.RemoveHost(t.Context(), "h1", 0), hawkfish.NotFound)
}

// What becomes of a host's state when its worker, its silence or an operator changes it.
func testHostStates(t *testing.T, f Fleet) {
	const name = "h1"
	announce := func(failure string) {
		t.Helper()
		a := hawkfish.Announcement{HostID: name, URI: "test:///h1", Failure: failure}
		if failure == "" {
			a.Facts = hawkfish.HostFacts{Capacity: roomy, Networks: []string{"default"}}
		}
		ok(t, f.AnnounceHost(t.Context(), a))
	}
	fails(t, f.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: name, Failure: "down"}), hawkfish.NotFound)
	change := func(change hawkfish.HostChange) error {
		_, err := f.ChangeHost(t.Context(), name, 0, change, "ada")
		return err
	}
	is := func(state hawkfish.HostState, events ...hawkfish.EventKind) {
		t.Helper()
		h := must(f.FindHost(t.Context(), name))(t)
		equal(t, "state", h.State, state)
		all := f.told(t, hawkfish.TargetHost)
		equal(t, "told", all[max(len(all)-len(events), 0):], events)
	}
	announce("")
	equal(t, "a host that comes is no news", len(f.told(t, hawkfish.TargetHost)), 0)
	ok(t, change(hawkfish.HostEntersMaintenance))
	ok(t, change(hawkfish.HostEntersMaintenance))
	is(hawkfish.HostMaintenance, hawkfish.EventHostMaintenanceEntered)
	announce("libvirtd does not answer")
	is(hawkfish.HostError, hawkfish.EventHostMaintenanceEntered, hawkfish.EventHostFailed)
	failed := must(f.FindHost(t.Context(), name))(t)
	equal(t, "why", failed.Cause, "libvirtd does not answer")
	equal(t, "what it has is not forgotten", failed.Facts.Capacity, roomy)
	announce("")
	is(hawkfish.HostMaintenance, hawkfish.EventHostReachable)
	equal(t, "why", must(f.FindHost(t.Context(), name))(t).Cause, "")
	announce("again")
	ok(t, change(hawkfish.HostExitsMaintenance)) // while it cannot be reached
	is(hawkfish.HostError, hawkfish.EventHostMaintenanceExited)
	announce("")
	is(hawkfish.HostEnabled, hawkfish.EventHostReachable)
	ok(t, change(hawkfish.HostFallsSilent))
	is(hawkfish.HostUnreachable, hawkfish.EventHostUnreachable)
	s, _ := f.Provisioning(t, "web1", nil)
	fails(t, failing(f.PlaceSystem(t.Context(), s.ID)), hawkfish.Exhausted)
	ok(t, change(hawkfish.HostEntersMaintenance))
	announce("")
	is(hawkfish.HostMaintenance, hawkfish.EventHostReachable)
	ok(t, change(hawkfish.HostExitsMaintenance))
	is(hawkfish.HostEnabled, hawkfish.EventHostMaintenanceExited)
	equal(t, "placed", must(f.PlaceSystem(t.Context(), s.ID))(t), name)

	next := must(f.NextSilence(t.Context()))(t)
	equal(t, "the next silence is some time off", next > hawkfish.HostSilence/2 && next <= hawkfish.HostSilence, true)
	before := must(f.FindHost(t.Context(), name))(t)
	ok(t, f.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: name, URI: "test:///h1", Facts: hawkfish.HostFacts{
		Capacity: roomy, Networks: []string{"default"}, Load: hawkfish.HostLoad{CPU: 0.5, MemoryMiB: 7, At: time.Now().UTC().Truncate(time.Second)},
	}}))
	after := must(f.FindHost(t.Context(), name))(t)
	equal(t, "load", []any{after.Load.CPU, after.Load.MemoryMiB, after.Load.Counted}, []any{0.5, int64(7), 1})
	equal(t, "a load is no change", after.Revision, before.Revision)
}

// told lists the events of what is of a kind.
func (f Fleet) told(t testing.TB, kind hawkfish.TargetKind) []hawkfish.EventKind {
	t.Helper()
	var kinds []hawkfish.EventKind
	for _, e := range must(f.ReadEvents(t.Context(), 0, 1000))(t) {
		if e.Origin.Kind == kind {
			kinds = append(kinds, e.Kind)
		}
	}
	return slices.Clip(kinds)
}
