package durability

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/digitalocean/go-libvirt/socket/dialers"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// Keys that the tiny guest obeys (lab/guest/tiny.S).
const (
	keyOff    = 'q'
	keyReboot = 'r'
)

// What a guest does by itself is seen through Redfish.
func TestGuestsActByThemselves(t *testing.T) {
	f, hosts := labFleet(t, 1)
	for _, name := range f.guests(2) {
		f.actsByItself(name, hosts[0])
	}
	f.clear()
}

// BenchmarkGuestsActByThemselves is how soon Redfish shows what a guest does by itself, from what libvirt says of it on: the aim is below a second.
// Run it with -benchtime 8x.
func BenchmarkGuestsActByThemselves(b *testing.B) {
	f, hosts := labFleet(b, 1)
	var again, off []time.Duration
	for b.Loop() {
		f.must(f.provision("demo"))
		rebooted, ended := f.actsByItself("demo", hosts[0])
		again, off = append(again, rebooted), append(off, ended)
		f.must(f.deletion("demo"))
	}
	for what, took := range map[string][]time.Duration{"power-off": off, "reboot": again} {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "p50-ms/"+what)
		b.ReportMetric(float64(took[len(took)-1].Milliseconds()), "max-ms/"+what)
	}
	f.clear()
}

// guests provides some.
func (f *fleet) guests(n int) (names []string) {
	f.t.Helper()
	tasks := make(chan stack.Task, n)
	for i := range n {
		names = append(names, fmt.Sprintf("guest-%d", i))
	}
	require.NoError(f.t, each(names, func(name string) error {
		task, err := f.provision(name)
		tasks <- task
		return err
	}))
	for range n {
		f.must(<-tasks, nil)
	}
	return names
}

// actsByItself has a guest that runs reboot and then switch itself off, and says how long after libvirt's word Redfish showed each.
func (f *fleet) actsByItself(name string, host labtest.Host) (again, off time.Duration) {
	f.t.Helper()
	id := f.idOf(name)
	f.eventually(within, func(context.Context) error { return f.ranAs(id, &ran{Boots: 1}) })
	line := openConsole(f.t, host, id)
	defer line.close()

	before := f.shows(name)
	f.eventually(within, func(context.Context) error { // Redfish counts full seconds here
		if time.Since(before.LastResetTime) < 2*time.Second {
			return errors.New("the reset would be in the same second")
		}
		return nil
	})
	happened := line.does(keyReboot)
	f.eventually(within, func(context.Context) error {
		if now := f.shows(name); !now.LastResetTime.After(before.LastResetTime) || now.PowerState != "On" {
			return fmt.Errorf("after its own reboot, %s shows %+v", name, now)
		}
		return nil
	})
	again = time.Since(happened)

	f.eventually(within, func(context.Context) error { return f.ranAs(id, &ran{Boots: 2}) })
	happened = line.does(keyOff)
	f.eventually(within, func(context.Context) error {
		if now := f.shows(name); now.PowerState != "Off" {
			return fmt.Errorf("after its own power off, %s shows %+v", name, now)
		}
		return nil
	})
	return again, time.Since(happened)
}

// seen is what Redfish shows of a system's power.
type seen struct {
	PowerState    string
	LastResetTime time.Time
}

func (f *fleet) shows(name string) (now seen) {
	f.t.Helper()
	require.NoError(f.t, f.Fetch(systemsURI+"/"+name).Into(&now))
	return now
}

// console is a guest's serial line, and what libvirt says of the guest.
type console struct {
	t      testing.TB
	keys   io.WriteCloser
	events <-chan any
	close  func()
}

func openConsole(t testing.TB, h labtest.Host, id string) console {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ends := []func(){stop}
	connect := func() *golibvirt.Libvirt {
		c := golibvirt.NewWithDialer(dialers.NewLocal(dialers.WithSocket(h.Socket)))
		require.NoError(t, c.Connect())
		ends = append(ends, func() { _ = c.Disconnect() })
		return c
	}
	events, stream := connect(), connect() // a stream keeps its connection busy
	lifecycle, err := events.SubscribeEvents(ctx, golibvirt.DomainEventIDLifecycle, golibvirt.OptDomain{})
	require.NoError(t, err)
	reboots, err := events.SubscribeEvents(ctx, golibvirt.DomainEventIDReboot, golibvirt.OptDomain{})
	require.NoError(t, err)
	dom, err := stream.DomainLookupByUUID(golibvirt.UUID(uuid.MustParse(id)))
	require.NoError(t, err)
	in, keys := io.Pipe()
	go func() { // ends with the guest
		_ = stream.DomainOpenConsoleBidirectional(dom, nil, in, io.Discard, uint32(golibvirt.DomainConsoleForce))
	}()
	ends = append(ends, func() { _ = keys.Close() })
	all := make(chan any)
	for _, one := range []<-chan any{lifecycle, reboots} {
		go func() {
			for e := range one {
				select {
				case all <- e:
				case <-ctx.Done():
				}
			}
		}()
	}
	return console{t, keys, all, func() {
		for _, end := range slices.Backward(ends) {
			end()
		}
	}}
}

// does types a key, and returns when libvirt said that the guest has done something.
func (c console) does(key byte) time.Time {
	c.t.Helper()
	_, err := c.keys.Write([]byte{key})
	require.NoError(c.t, err)
	select {
	case <-c.events:
	case <-time.After(within):
		require.Fail(c.t, "the guest does not obey", "key %q", key)
	}
	return time.Now()
}

// A libvirtd that hangs keeps no reader waiting, and no work is lost.
func TestLibvirtdHangs(t *testing.T) {
	f, hosts := labFleet(t, 1)
	f.must(f.provision("demo"))
	id := f.idOf("demo")
	f.eventually(within, func(context.Context) error { return f.ranAs(id, &ran{Boots: 1}) })
	uri := systemsURI + "/demo"

	for _, how := range []struct{ breaks, mends labtest.Daemon }{{labtest.Freeze, labtest.Thaw}, {labtest.Kill, labtest.Start}} {
		hosts[0].Libvirtd(how.breaks)
		task, err := f.reset("demo", "PowerCycle")
		require.NoError(t, err)
		for range 3 {
			f.answers(http.StatusOK, http.MethodGet, uri, nil)
			f.answers(http.StatusOK, http.MethodGet, systemsURI, nil)
			f.answers(http.StatusOK, http.MethodGet, tasksURI+"/"+task.ID, nil)
		}
		f.answers(http.StatusServiceUnavailable, http.MethodGet, uri+"/Oem/HawkFish/SerialLog", nil)
		f.AwaitTaskUntil(task.URI, within, "is running", func(now stack.Task) bool { return now.TaskState == "Running" })
		hosts[0].Libvirtd(how.mends)
		began := time.Now()
		f.must(task, nil)
		t.Logf("%s: the task ended %.1f s after libvirtd was back", how.breaks, time.Since(began).Seconds())
		f.eventually(within, func(context.Context) error { return f.ranAs(id, &ran{Boots: 1}) })
	}
	f.clear()
}
