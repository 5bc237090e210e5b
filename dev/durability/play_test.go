package durability

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/projectbeskar/hawkfish/dev/stack"
)

// plays says which sequences of wishes are tried: those of HAWKFISH_SEED, or all of HAWKFISH_FULL=1, or a few.
func plays(t *testing.T, few, all int) (seeds []uint64) {
	if one := os.Getenv("HAWKFISH_SEED"); one != "" {
		seed, err := strconv.ParseUint(one, 10, 64)
		require.NoError(t, err)
		return []uint64{seed}
	}
	if os.Getenv("HAWKFISH_FULL") == "1" {
		few = all
	}
	for seed := range few {
		seeds = append(seeds, uint64(seed+1))
	}
	return seeds
}

// patience bounds a task: what dies again and again takes longer than what dies once.
const patience = 3 * within

// theatre is a fleet on which many systems are played with at once, while its processes die.
type theatre struct {
	*fleet
	of     means
	wishes int // of each play
	// gate keeps requests, of which nobody would know whether they were accepted, apart from deaths.
	gate sync.RWMutex
}

func newTheatre(f *fleet, of means, wishes int) *theatre {
	f.t.Helper()
	for _, name := range []string{"disc-a.iso", "disc-b.iso"} {
		file := filepath.Join(f.Images(), name)
		require.NoError(f.t, os.WriteFile(file, []byte(strings.Repeat(name, 64<<10)), 0o644))
		old := time.Now().Add(-time.Hour)
		require.NoError(f.t, os.Chtimes(file, old, old))
		of.discs = append(of.discs, "file://"+file)
	}
	return &theatre{fleet: f, of: of, wishes: wishes}
}

// perform plays all, some at a time, and kills victims meanwhile.
func (th *theatre) perform(seeds []uint64, atOnce int, victims []victim) {
	th.t.Helper()
	require.NoError(th.t, each(seeds, th.provide)) // while all hosts are there, or none may fit
	began, done := time.Now(), make(chan struct{})
	go func() {
		defer close(done)
		var g errgroup.Group
		g.SetLimit(atOnce)
		for _, seed := range seeds {
			g.Go(func() error {
				script, err := th.play(seed)
				if err != nil {
					th.t.Errorf("play %d (HAWKFISH_SEED=%[1]d): %v; it was\n%s", seed, err, strings.Join(script, "\n"))
				}
				return nil
			})
		}
		_ = g.Wait()
	}()
	r, deaths := rand.New(rand.NewPCG(seeds[0], 0)), 0
	for over := false; !over; {
		select {
		case <-done:
			over = true
		case <-time.After(time.Duration(500+r.IntN(2500)) * time.Millisecond): // a death may come at any time, which is the point
			v := pick(r, victims)
			th.gate.Lock()
			v.kill()
			if v.down > 0 {
				time.Sleep(v.down) // an outage takes time, too
			}
			v.mend()
			th.gate.Unlock()
			deaths++
		}
	}
	th.idle() // changes are carried to hosts by tasks that nobody has asked for
	th.nothingLeft()
	th.t.Logf("%d plays of %d wishes in %.1f s, %d deaths", len(seeds), th.wishes, time.Since(began).Seconds(), deaths)
}

func nameOf(seed uint64) string { return fmt.Sprintf("play-%d", seed) }

// provide makes the system of a play.
func (th *theatre) provide(seed uint64) error {
	name := nameOf(seed)
	network := ""
	if !slices.Contains(th.of.sources, "Pxe") {
		network = "none"
	}
	first := wish{method: http.MethodPost, path: "", status: http.StatusAccepted, body: map[string]any{
		"Name": name, "MemoryMiB": 32, "Image": "tiny:1", "Network": network,
	}}
	task, err := th.ask(systemsURI, first)
	if err != nil {
		return err
	}
	flight := []granted{{task, "Completed"}}
	return th.quiet(name, &flight, newModel())
}

// play asks for one thing after another for a system of its own, and compares it with the model whenever all is done. It
// returns what it has asked for.
func (th *theatre) play(seed uint64) (script []string, err error) {
	r, name, m := rand.New(rand.NewPCG(seed, 1)), nameOf(seed), newModel()
	uri, flight := systemsURI+"/"+name, []granted(nil)
	for range th.wishes {
		before := m.clone()
		w := m.wish(r, th.of)
		if w.quiet || len(flight) > 4 {
			if err := th.quiet(name, &flight, before); err != nil {
				return script, err
			}
		}
		script = append(script, "  "+w.String())
		task, err := th.ask(uri, w)
		if err != nil {
			return script, err
		}
		switch {
		case task.ID != "" && w.vain:
			flight = append(flight, granted{task, "Exception"})
		case task.ID != "":
			flight = append(flight, granted{task, "Completed"})
		}
		if w.quiet {
			if err := th.quiet(name, &flight, m.clone()); err != nil {
				return script, err
			}
		}
	}
	return script, th.quiet(name, &flight, m)
}

// ask sends a wish, and returns the task that grants it, if there is one. A service that asks for patience gets it.
func (th *theatre) ask(uri string, w wish) (task stack.Task, err error) {
	var answer stack.Answer
	err = th.await(within, func(ctx context.Context) (err error) {
		th.gate.RLock()
		defer th.gate.RUnlock()
		answer, err = th.Do(ctx, w.method, uri+w.path, w.body)
		if err == nil && answer.Status == http.StatusServiceUnavailable {
			err = &stack.UnexpectedStatus{Answer: answer}
		}
		return err
	})
	if err != nil {
		return task, err
	}
	accepted := answer.Status == http.StatusAccepted
	if answer.Status != w.status && (!accepted || !w.vain) {
		return task, fmt.Errorf("%v: %w", w, &stack.UnexpectedStatus{Answer: answer})
	}
	if accepted {
		err = answer.Into(&task)
	}
	return task, err
}

// granted is a wish's task, and how it must end.
type granted struct {
	stack.Task
	ends string
}

// quiet waits until all that is in flight has ended as it must, and the system is what the model says.
func (th *theatre) quiet(name string, flight *[]granted, m model) error {
	for _, task := range *flight {
		var ended stack.Task
		err := th.await(patience, func(ctx context.Context) (err error) {
			ended, err = th.FindTask(ctx, strings.TrimPrefix(task.URI, th.Base))
			if err == nil && !ended.Ended() {
				err = fmt.Errorf("task %s is %s", ended.ID, ended.TaskState)
			}
			return err
		})
		if err != nil {
			return err
		}
		if ended.TaskState != task.ends {
			return fmt.Errorf("a task has not ended as %s: %+v", task.ends, ended)
		}
	}
	*flight = nil
	return th.await(within, func(ctx context.Context) error { return th.agrees(ctx, name, m) })
}

// agrees compares what Redfish and the host say of a system with the model.
func (th *theatre) agrees(ctx context.Context, name string, m model) error {
	var (
		system struct {
			UUID, PowerState, AssetTag string
			Boot                       struct{ BootSourceOverrideEnabled, BootSourceOverrideTarget string }
		}
		now, will struct{ Attributes map[string]any }
		wrong     []error
	)
	uri := systemsURI + "/" + name
	for below, into := range map[string]any{"": &system, "/Bios": &now, "/Bios/Settings": &will} {
		if err := th.read(ctx, uri+below, into); err != nil {
			return err
		}
	}
	check := func(what string, got, want any) {
		if got != want {
			wrong = append(wrong, fmt.Errorf("%s is %v, not %v", what, got, want))
		}
	}
	enabled, target := m.override()
	check("PowerState", system.PowerState, m.power)
	check("AssetTag", system.AssetTag, m.tag)
	check("BootSourceOverrideEnabled", system.Boot.BootSourceOverrideEnabled, enabled)
	check("BootSourceOverrideTarget", system.Boot.BootSourceOverrideTarget, target)
	for name, value := range m.firmware() {
		check(name, now.Attributes[name], value)
		check("Settings "+name, will.Attributes[name], m.wanted[name])
	}
	for _, drive := range drives {
		var shown struct{ Image string }
		if err := th.read(ctx, uri+"/VirtualMedia/"+drive, &shown); err != nil {
			return err
		}
		check(drive, shown.Image, m.discs[drive])
	}
	th.gate.RLock() // a host that is dead says nothing
	found := th.hosts.look(th.t)[system.UUID]
	th.gate.RUnlock()
	if len(found) != 1 {
		return errors.Join(append(wrong, fmt.Errorf("it is on %d hosts", len(found)))...)
	}
	there := found[0]
	check("the domain", there.Domain, true)
	check("the disk", there.Disk, true)
	check("the guest's power", there.On, m.power != "Off")
	if there.Discs == nil && (there.Boots > m.boots || there.On && there.Boots == 0) {
		// A real guest tells of a boot only when it has come so far before the next reset, and its log begins anew when a reset brings a change
		// that takes a start from off.
		wrong = append(wrong, fmt.Errorf("boots are %d, of at most %d", there.Boots, m.boots))
	}
	if there.Discs != nil { // the host tells
		check("boots", there.Boots, m.boots)
		check("the last boot", there.Source, m.source)
		for _, drive := range drives {
			check("in the guest's "+drive, there.Discs[drive], m.discs[drive])
		}
	}
	return errors.Join(wrong...)
}

func (th *theatre) read(ctx context.Context, uri string, into any) error {
	answer, err := th.Do(ctx, http.MethodGet, uri, nil)
	if err == nil && answer.Status != http.StatusOK {
		err = &stack.UnexpectedStatus{Answer: answer}
	}
	if err != nil {
		return err
	}
	return answer.Into(into)
}

// Whatever is asked of systems, and whatever dies meanwhile, they are what they must be.
func TestPlays(t *testing.T) {
	t.Parallel()
	th := newTheatre(simulatedFleet(t), means{sources: []string{"Pxe", "Cd", "Usb", "Hdd"}, sleep: true}, 12)
	victims := []victim{th.process(stack.API, 0), th.process(stack.Worker, 0), th.process(stack.Simulated, 0)}
	seeds := plays(t, 10, 200)
	if len(seeds) > 10 {
		victims = append(victims, th.process(stack.Temporal, outage), th.process(stack.Postgres, outage))
	}
	th.perform(seeds, 10, victims)
}

// The same on real hosts, whose workers die. One alone has not the CPUs for all plays.
func TestRealHostsArePlayedWith(t *testing.T) {
	if os.Getenv("HAWKFISH_FULL") != "1" {
		t.Skip("it takes long: HAWKFISH_FULL=1 plays")
	}
	f, hosts := labFleet(t, 2)
	th := newTheatre(f, means{sources: []string{"Cd", "Usb", "Hdd"}}, 10)
	victims := []victim{th.process(stack.Worker, 0), th.process(stack.API, 0)}
	for _, h := range hosts {
		victims = append(victims, th.process(stack.HostProcess(h.Name), 0))
	}
	th.perform(plays(t, 4, 20), 4, victims)
	f.clear()
}
