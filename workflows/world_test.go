package workflows_test

import (
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/adoption"
	"github.com/projectbeskar/hawkfish/activities/fencing"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/media"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	steps "github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/durable/durabletest"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// world is a fleet whose steps all work, with a note of how the task ended.
type world struct {
	*durabletest.Run
	ending    record.Ending
	suspended []record.Suspension
	power     schemas.PowerState
	known     schemas.PowerState // as last observed; empty: never
	// configured are the guests that were configured.
	configured []hawkfish.Guest
	diskless   bool             // the other host does not reach the disk
	silent     time.Duration    // of the host h1
	fenced     bool             // it is, already
	reaches    hawkfish.Reaches // what h2 says of h1
	crossing
}

func newWorld(t *testing.T) *world {
	w := &world{Run: durabletest.New(t), power: schemas.PowerStateOn}
	seen := func(power.Change) hawkfish.Observation {
		return hawkfish.Observation{SystemID: "s1", Power: w.power, At: time.Unix(1, 0)}
	}
	durabletest.Step(w.Run, placement.Place, func(placement.System) placement.Host { return placement.Host{ID: "h1"} })
	durabletest.Step(w.Run, placement.Locate, func(placement.System) placement.Host {
		return placement.Host{ID: "h1", Power: w.known, Guest: withMedia("https://x/stick")}
	})
	durabletest.Step(w.Run, placement.Reachable, func(durable.None) placement.Hosts { return placement.Hosts{IDs: []string{"h1", "h2"}} })
	durabletest.Step(w.Run, images.Fetch, func(hawkfish.ImageSource) hawkfish.ImageFacts { return hawkfish.ImageFacts{SHA256: "d"} })
	durabletest.Step(w.Run, placement.Reserve, func(hawkfish.Departure) placement.Host { return placement.Host{ID: "h2"} })
	durabletest.Does(w.Run, placement.Release)
	durabletest.Does(w.Run, placement.Move)
	durabletest.Step(w.Run, steps.HasDisk, func(hawkfish.Guest) steps.Presence { return steps.Presence{There: !w.diskless} })
	durabletest.Step(w.Run, fencing.Look, func(fencing.Host) fencing.Suspect {
		e := hawkfish.Evidence{Silent: w.silent, State: hawkfish.HostUnreachable}
		if w.fenced {
			e.State = hawkfish.HostFenced
		}
		return fencing.Suspect{Evidence: e, Peers: []string{"h2"}}
	})
	durabletest.Step(w.Run, fencing.Probe, func(fencing.Probing) hawkfish.PeerView { return hawkfish.PeerView{HostID: "h2", Reaches: w.reaches} })
	durabletest.Does(w.Run, fencing.SwitchOff)
	durabletest.Does(w.Run, fencing.Declare)
	durabletest.Does(w.Run, images.Drop)
	durabletest.Does(w.Run, steps.CreateDisk)
	durabletest.Does(w.Run, steps.Define)
	durabletest.Does(w.Run, steps.Undefine)
	durabletest.Step(w.Run, media.Fetch, func(hawkfish.Insertion) hawkfish.ImageFacts { return hawkfish.ImageFacts{SHA256: "d"} })
	durabletest.Step(w.Run, steps.Configure, func(g hawkfish.Guest) hawkfish.Observation {
		w.configured = append(w.configured, g)
		return hawkfish.Observation{SystemID: g.ID, Power: w.power, At: time.Unix(1, 0)}
	})
	durabletest.Does(w.Run, steps.DeleteDisks)
	durabletest.Step(w.Run, adoption.Adopt, func(a hawkfish.Adoption) hawkfish.Observation {
		return hawkfish.Observation{SystemID: a.Seen.ID, Power: w.power, At: time.Unix(1, 0)}
	})
	durabletest.Does(w.Run, adoption.Release)
	for _, a := range []durable.Activity[power.Change, hawkfish.Observation]{power.Observe, power.Start, power.Stop, power.Shutdown, power.Reset, power.NMI, power.Pause, power.Resume, power.Suspend} {
		durabletest.Try(w.Run, a, func(c power.Change) (hawkfish.Observation, error) {
			if c.While != "" && c.While != w.power {
				return hawkfish.Observation{}, &hawkfish.Error{Kind: hawkfish.Stale}
			}
			return seen(c), nil
		})
	}
	durabletest.Step(w.Run, record.Finish, func(e record.Ending) durable.None { w.ending = e; return durable.None{} })
	durabletest.Step(w.Run, record.Suspend, func(s record.Suspension) durable.None {
		w.suspended = append(w.suspended, s)
		return durable.None{}
	})
	durabletest.Does(w.Run, record.Resume)
	w.migrates()
	return w
}

// decide answers a suspended task; the verdict says what the workflow thought of it.
func (w *world) decide(d task.Decision) *verdict {
	v := &verdict{}
	w.UpdateWorkflow(string(d), "", &testsuite.TestUpdateCallback{
		OnAccept: func() { v.taken = true }, OnReject: func(err error) { v.refused = err }, OnComplete: func(any, error) {},
	}, "sre")
	return v
}

type verdict struct {
	taken   bool
	refused error
}

var (
	guest    = hawkfish.Guest{ID: "s1", Image: hawkfish.ImageSource{SHA256: "d"}}
	refusal  = &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: "s1", Message: "refused"}
	place    = placement.Place.Name
	locate   = placement.Locate.Name
	fetch    = images.Fetch.Name
	disk     = steps.CreateDisk.Name
	define   = steps.Define.Name
	undefine = steps.Undefine.Name
	wipe     = steps.DeleteDisks.Name
	start    = power.Start.Name
	stop     = power.Stop.Name
	observe  = power.Observe.Name
	finish   = record.Finish.Name
	load     = media.Fetch.Name

	configure = steps.Configure.Name
	reserve   = placement.Reserve.Name
	release   = placement.Release.Name
	move      = placement.Move.Name
	hasDisk   = steps.HasDisk.Name
	lookAt    = fencing.Look.Name
	probe     = fencing.Probe.Name
	switchOff = fencing.SwitchOff.Name
	declare   = fencing.Declare.Name
	insertion = hawkfish.Insertion{SystemID: "s1", Slot: hawkfish.SlotCd, URL: "https://x/a.iso"}
)
