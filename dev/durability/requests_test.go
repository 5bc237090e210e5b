package durability

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/power"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/dev/hold"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/workflows"
)

// request is something that is asked of the fleet while things die, and what must come of it.
type request struct {
	name string
	op   hawkfish.Operation
	ask  func(f *fleet, system string) (stack.Task, error)
	// steps are where it is held, each for a system of its own.
	steps  []string
	before func(f *fleet, system string)                     // what must be there; nil: nothing
	fresh  bool                                              // it makes its system; otherwise one is there and runs
	ready  func(f *fleet, system string) (stack.Task, error) // what is done to that one before; nil: nothing
	stop   string                                            // it is cancelled when it is about to do this step; what is held then is its undo
	ends   string                                            // the task's state
	// leaves is what the guest has gone through in the end; nil: nothing must be left of the system.
	leaves *ran
	check  func(f *fleet, t *trial) // what else must be so in the end; nil: nothing
}

var starting = hold.Starting

// requests are those of every fleet.
var requests = []request{
	{
		name: "provision", op: hawkfish.OpProvision, ask: (*fleet).provision, fresh: true, ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{
			starting(string(hawkfish.OpProvision)), placement.Place.Name, images.Fetch.Name, provision.CreateDisk.Name,
			provision.Define.Name, power.Start.Name, record.Finish.Name,
		},
	},
	{
		name: "abandon", op: hawkfish.OpProvision, ask: (*fleet).provision, fresh: true, stop: provision.Define.Name, ends: "Cancelled",
		steps: []string{power.Stop.Name, provision.Undefine.Name, provision.DeleteDisks.Name, record.Finish.Name},
	},
	{
		name: "oversize", op: hawkfish.OpProvision, fresh: true, ends: "Exception",
		ask: func(f *fleet, name string) (stack.Task, error) {
			return f.provisionOf(name, "tiny:1", 16<<20)
		},
		steps: []string{placement.Place.Name, record.Finish.Name},
	},
	{
		name: "cycle", op: hawkfish.OpReset, ask: resetting("PowerCycle"), ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{
			starting(string(hawkfish.OpReset)), placement.Locate.Name, power.Observe.Name, power.Stop.Name, power.Start.Name, record.Finish.Name,
		},
	},
	{
		name: "restart", op: hawkfish.OpReset, ask: resetting("ForceRestart"), ends: "Completed", leaves: &ran{Boots: 2},
		steps: []string{power.Reset.Name},
	},
	{
		name: "nmi", op: hawkfish.OpReset, ask: resetting("Nmi"), ends: "Completed", leaves: &ran{Boots: 1, NMIs: 1},
		steps: []string{power.NMI.Name},
	},
	{
		name: "shutdown", op: hawkfish.OpReset, ask: resetting("GracefulShutdown"), ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{power.Shutdown.Name},
	},
	// Each is followed by a reset that switches on: it lets a paused guest go on, and wakes one that sleeps, without a boot.
	{
		name: "pause", op: hawkfish.OpReset, ask: resetting("Pause"), ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{power.Pause.Name},
	},
	{
		name: "resume", op: hawkfish.OpReset, ask: resetting("Resume"), ready: resetting("Pause"), ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{power.Resume.Name},
	},
	{
		name: "suspend", op: hawkfish.OpReset, ask: resetting("Suspend"), ends: "Completed", leaves: &ran{Boots: 1},
		steps: []string{power.Suspend.Name},
	},
	{
		name: "delete", op: hawkfish.OpDelete, ask: (*fleet).deletion, ends: "Completed",
		steps: []string{
			starting(string(hawkfish.OpDelete)), placement.Locate.Name, power.Stop.Name, provision.Undefine.Name, provision.DeleteDisks.Name, record.Finish.Name,
		},
	},
}

func resetting(kind string) func(*fleet, string) (stack.Task, error) {
	return func(f *fleet, name string) (stack.Task, error) { return f.reset(name, kind) }
}

// ownImage asks for a system of the image that has its name.
func ownImage(f *fleet, name string) (stack.Task, error) { return f.provisionOf(name, name+":1", 32) }

// spoiled imports an image for a system, and then does something to its file.
func spoiled(spoil func(file string) error) func(*fleet, string) {
	return func(f *fleet, name string) { require.NoError(f.t, spoil(f.importTiny(name))) }
}

// unfetchable are for fleets that import images on another host than they place systems on: that one cannot fetch
// an image that has changed, or gone, since.
var unfetchable = []request{
	{
		name: "altered", op: hawkfish.OpProvision, ask: ownImage, fresh: true, ends: "Exception",
		before: spoiled(func(file string) error { return os.WriteFile(file, make([]byte, 1<<20), 0o644) }),
		steps:  []string{images.Fetch.Name, record.Finish.Name},
	},
	{
		name: "vanished", op: hawkfish.OpProvision, ask: ownImage, fresh: true, ends: "Exception",
		before: spoiled(os.Remove), steps: []string{images.Fetch.Name},
	},
}

// What a workflow does, it must be killed at.
func TestEveryStepIsHeld(t *testing.T) {
	held := map[hawkfish.Operation][]string{}
	for _, r := range slices.Concat(requests, mediaRequests(), changeRequests(), settingsRequests()) {
		if r.stop == "" {
			held[r.op] = append(held[r.op], r.steps...)
		}
	}
	delete(held, hawkfish.OpEjectMedia) // it is held where there is something to eject: see killedWhileEjecting
	for op := range held {
		for _, step := range append(slices.Clone(workflows.Steps[op]), record.Finish.Name, starting(string(op))) {
			require.Contains(t, held[op], step, "add the step to requests of %s", op)
		}
	}
}

// trial is one request, held at one step.
type trial struct {
	request
	at     hold.Point // of the trial's system
	system string     // its name
	id     string
	task   stack.Task
	next   stack.Task // a reset that was asked for meanwhile, if it could be
}

// trials gives each step of each request a system. Points before and after a step alternate; with the next turn
// it is the other way round.
func trials(of []request, turn int) []*trial {
	var all []*trial
	for _, r := range of {
		for i, step := range r.steps {
			side := (turn + len(all)) % 2
			t := &trial{request: r, system: fmt.Sprintf("%s-%d-%d", r.name, i, turn)}
			t.at = []func(string) hold.Point{hold.Before, hold.After}[side](step).Of(t.system)
			all = append(all, t)
		}
	}
	return all
}

// only leaves those of a request's steps that are listed.
func only(of []request, steps ...string) []request {
	var left []request
	for _, r := range of {
		r.steps = slices.DeleteFunc(slices.Clone(r.steps), func(step string) bool { return !slices.Contains(steps, step) })
		if len(r.steps) > 0 {
			left = append(left, r)
		}
	}
	return left
}

// holdBefore is the point before a system's step.
func holdBefore(step, system string) hold.Point { return hold.Before(step).Of(system) }
