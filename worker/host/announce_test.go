package host

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
)

func (eyes) Facts(context.Context) (hawkfish.HostFacts, error) { return hawkfish.HostFacts{}, nil }

// A host is served from when the fleet has taken it for what it says to be, and no longer than that.
func TestAHostIsServedWhileTheFleetTakesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: "h1"}
		answers := []error{
			errors.New("the fleet is away"), refused, nil, // until it is admitted
			nil, errors.New("the fleet is away"), nil, refused, // and then
		}
		asked := 0
		r := testReporter(eyes{}, nil)
		r.tell = func(context.Context, hawkfish.Announcement) (inventory.Welcome, error) {
			asked++
			return inventory.Welcome{}, answers[asked-1]
		}
		began := time.Now()
		if !r.admitted(t.Context()) || asked != 3 || time.Since(began) != retryEvery+announceEvery {
			t.Fatalf("admitted after %d announcements and %s", asked, time.Since(began))
		}
		began = time.Now()
		if err := r.announce(t.Context()); !errors.Is(err, errRefused) || asked != len(answers) || time.Since(began) != 3*announceEvery+retryEvery {
			t.Errorf("%v after %d announcements and %s", err, asked, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if r.admitted(ctx) || r.announce(ctx) != nil {
			t.Error("it goes on when its time is over")
		}
	})
}

// mute has a hypervisor that does not answer.
type mute struct{ hawkfish.Hypervisor }

func (mute) Facts(context.Context) (hawkfish.HostFacts, error) {
	return hawkfish.HostFacts{}, hawkfish.Down("libvirt", errors.New("/run/secret: no such file"))
}

// A worker whose hypervisor does not answer says so, and is not taken for one whose host works. A token is shown, and not told.
func TestFailuresAreTold(t *testing.T) {
	token := hawkfish.NewJoinToken([32]byte{7})
	r := testReporter(mute{}, nil)
	r.cfg.Token = token
	var told hawkfish.Announcement
	r.tell = func(_ context.Context, a hawkfish.Announcement) (inventory.Welcome, error) {
		told = a
		return inventory.Welcome{}, nil
	}
	if err := r.announceOnce(t.Context()); hawkfish.KindOf(err) != hawkfish.Unavailable {
		t.Errorf("%v", err)
	}
	if told.Failure != "unavailable: libvirt does not answer" || !told.Proves(token.Key()) {
		t.Errorf("%+v", told)
	}
	for _, kind := range []hawkfish.Kind{hawkfish.Denied, hawkfish.Conflict} {
		r.tell = func(context.Context, hawkfish.Announcement) (inventory.Welcome, error) {
			return inventory.Welcome{}, &hawkfish.Error{Kind: kind}
		}
		if err := r.announceOnce(t.Context()); hawkfish.KindOf(err) != kind {
			t.Errorf("%v", err)
		}
	}
}
