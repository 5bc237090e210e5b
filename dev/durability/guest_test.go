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
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// Keys that the tiny guest obeys (lab/guest/tiny.S).
const (
	keyOff    = 'q'
	keyReboot = 'r'
)

// visibleWithin is how soon Redfish shows what a guest does by itself.
const visibleWithin = time.Second

// What a guest does by itself is seen through Redfish, and soon.
func TestGuestsActByThemselves(t *testing.T) {
	f, hosts := labFleet(t, 1)
	const guests = 8
	var names []string
	for i := range guests {
		names = append(names, fmt.Sprintf("guest-%d", i))
	}
	tasks := make(chan stack.Task, guests)
	require.NoError(t, each(names, func(name string) error {
		task, err := f.provision(name)
		tasks <- task
		return err
	}))
	for range guests {
		f.must(<-tasks, nil)
	}

	var off, again []time.Duration
	for _, name := range names {
		id := f.idOf(name)
		f.eventually(within, func(context.Context) error { return f.ranAs(id, &ran{Boots: 1}) })
		line := openConsole(t, hosts[0], id)

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
		again = append(again, time.Since(happened))

		f.eventually(within, func(context.Context) error { return f.ranAs(id, &ran{Boots: 2}) })
		happened = line.does(keyOff)
		f.eventually(within, func(context.Context) error {
			if now := f.shows(name); now.PowerState != "Off" {
				return fmt.Errorf("after its own power off, %s shows %+v", name, now)
			}
			return nil
		})
		off = append(off, time.Since(happened))
	}
	for what, took := range map[string][]time.Duration{"power off": off, "reboot": again} {
		slices.Sort(took)
		t.Logf("%s by the guest itself, seen through Redfish: p50 %v, max %v", what, took[len(took)/2], took[len(took)-1])
		assert.Less(t, took[len(took)-1], visibleWithin, what)
	}
	f.clear()
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
	t      *testing.T
	keys   io.Writer
	events <-chan any
}

func openConsole(t *testing.T, h labtest.Host, id string) console {
	t.Helper()
	connect := func() *golibvirt.Libvirt {
		c := golibvirt.NewWithDialer(dialers.NewLocal(dialers.WithSocket(h.Socket)))
		require.NoError(t, c.Connect())
		t.Cleanup(func() { _ = c.Disconnect() })
		return c
	}
	events, stream := connect(), connect() // a stream keeps its connection busy
	lifecycle, err := events.SubscribeEvents(t.Context(), golibvirt.DomainEventIDLifecycle, golibvirt.OptDomain{})
	require.NoError(t, err)
	reboots, err := events.SubscribeEvents(t.Context(), golibvirt.DomainEventIDReboot, golibvirt.OptDomain{})
	require.NoError(t, err)
	dom, err := stream.DomainLookupByUUID(golibvirt.UUID(uuid.MustParse(id)))
	require.NoError(t, err)
	in, keys := io.Pipe()
	go func() { // ends with the guest
		_ = stream.DomainOpenConsoleBidirectional(dom, nil, in, io.Discard, uint32(golibvirt.DomainConsoleForce))
	}()
	t.Cleanup(func() { _ = keys.Close() })
	all := make(chan any)
	for _, one := range []<-chan any{lifecycle, reboots} {
		go func() {
			for e := range one {
				select {
				case all <- e:
				case <-t.Context().Done():
				}
			}
		}()
	}
	return console{t, keys, all}
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
