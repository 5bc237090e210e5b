package storetest

import (
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// What ran on a host that is dead runs no more. What leaves it is left behind there until it is back; what comes to it later is its own again.
func testFencedHost(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: s.ID, Power: schemas.PowerStateOn, At: time.Now().Add(-time.Minute)}}, time.Time{}))
	changed := must(f.UpdateHost(t.Context(), "h1", 0, func(h *hawkfish.Host) error {
		h.Fencing = hawkfish.Fencing{Method: hawkfish.FenceAgent, Agent: "fence_test", Password: &hawkfish.Sealed{Key: "k", Data: []byte("x")}}
		return nil
	}))(t)
	equal(t, "kept", must(f.FindHost(t.Context(), "h1"))(t).Fencing, changed.Fencing)

	f.Announce(t, "h2", roomy, "default")
	dead := must(f.ChangeHost(t.Context(), "h1", 0, hawkfish.HostIsFenced, "ada"))(t)
	equal(t, "dead", dead.State, hawkfish.HostFenced)
	is := must(f.FindSystem(t.Context(), all, s.ID))(t)
	equal(t, "off", []any{is.Power, is.PowerCause}, []any{schemas.PowerStateOff, hawkfish.CauseHostDied})
	f.Announce(t, "h1", roomy, "default")
	equal(t, "a report brings nobody back", must(f.FindHost(t.Context(), "h1"))(t).State, hawkfish.HostFenced)
	equal(t, "left", len(must(f.Leftovers(t.Context(), "h1"))(t)), 0)

	byShare := hawkfish.Departure{SystemID: s.ID, Shared: true, For: time.Hour}
	fails(t, failing(f.ReserveHost(t.Context(), byShare)), hawkfish.Conflict)
	share := func(host, pool string) {
		ok(t, f.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: host, URI: "test:///" + host, Facts: hawkfish.HostFacts{Capacity: roomy, Networks: []string{"default"}, DiskPool: pool}}))
	}
	share("h1", "p1")
	share("h2", "p2")
	fails(t, failing(f.ReserveHost(t.Context(), byShare)), hawkfish.Exhausted)
	share("h2", "p1")
	equal(t, "goes to", must(f.ReserveHost(t.Context(), byShare))(t), "h2")
	ok(t, f.MoveSystem(t.Context(), s.ID, "h2"))
	equal(t, "left", must(f.Leftovers(t.Context(), "h1"))(t), []hawkfish.Leftover{{SystemID: s.ID}})
	ok(t, f.LeaveBehind(t.Context(), "h1", hawkfish.Leftover{SystemID: s.ID, Disks: true}))
	ok(t, f.LeaveBehind(t.Context(), "h1", hawkfish.Leftover{SystemID: s.ID}))
	equal(t, "with its disks", must(f.Leftovers(t.Context(), "h1"))(t), []hawkfish.Leftover{{SystemID: s.ID, Disks: true}})
	ok(t, f.ClearLeftovers(t.Context(), "h1", []string{s.ID}))
	equal(t, "let go", len(must(f.Leftovers(t.Context(), "h1"))(t)), 0)

	for _, change := range []hawkfish.HostChange{hawkfish.HostEntersMaintenance, hawkfish.HostExitsMaintenance} {
		_ = must(f.ChangeHost(t.Context(), "h1", 0, change, "ada"))(t)
	}
	ok(t, f.LeaveBehind(t.Context(), "h1", hawkfish.Leftover{SystemID: s.ID}))
	equal(t, "goes back to", must(f.ReserveHost(t.Context(), hawkfish.Departure{SystemID: s.ID, To: "h1", For: time.Hour}))(t), "h1")
	ok(t, f.MoveSystem(t.Context(), s.ID, "h1"))
	equal(t, "its own again", len(must(f.Leftovers(t.Context(), "h1"))(t)), 0)
	equal(t, "nothing is left on a host that can be asked", len(must(f.Leftovers(t.Context(), "h2"))(t)), 0)
}

// Tasks work on hosts, too: one at a time, and in nobody's project.
func testHostTasks(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	at := func(host string) hawkfish.Task {
		return hawkfish.Task{Operation: hawkfish.OpFence, ProjectID: hawkfish.FleetProject, Target: hawkfish.Target{Kind: hawkfish.TargetHost, ID: "6b3c2f0a-3f0e-4d4e-9d55-0f4f7c6c1a10", Name: host}, Input: []byte("{}")}
	}
	first := must(f.OpenTask(t.Context(), at("h1")))(t)
	second := must(f.OpenTask(t.Context(), at("h1")))(t)
	equal(t, "turns", []schemas.TaskState{first.State, second.State}, []schemas.TaskState{schemas.TaskStateNew, schemas.TaskStatePending})
	fails(t, failing(f.OpenTask(t.Context(), at("h9"))), hawkfish.NotFound)
	fails(t, failing(f.FindTask(t.Context(), hawkfish.Scope{Projects: []string{hawkfish.DefaultProject}}, first.ID)), hawkfish.NotFound)
	ok(t, f.FinishTask(t.Context(), first.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, nil))
	equal(t, "its turn", must(f.FindTask(t.Context(), all, second.ID))(t).State, schemas.TaskStateNew)
}

// The tasks that have not ended are counted.
func testTaskCensus(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	open := func() hawkfish.Task {
		return must(f.OpenTask(t.Context(), hawkfish.Task{
			Operation: hawkfish.OpReset, ProjectID: s.ProjectID, Target: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: s.ID}, Input: []byte("{}"),
		}))(t)
	}
	first := open()
	open()
	ok(t, f.SuspendTask(t.Context(), first.ID, hawkfish.Suspension{Step: "power.Stop"}))
	equal(t, "open", must(f.Census(t.Context()))(t).Tasks, []hawkfish.TaskCount{
		{Operation: hawkfish.OpReset, State: schemas.TaskStatePending, Count: 1}, {Operation: hawkfish.OpReset, State: schemas.TaskStateSuspended, Count: 1},
	})
}
