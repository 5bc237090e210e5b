package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// reopened skips the test where a worker cannot start anew, and else goes on as one that has.
func (f *fixture) reopened() {
	f.Helper()
	f.Hypervisor = f.Reopen(f.T)
}

func (f *fixture) needsReopen() {
	if f.Reopen == nil {
		f.Skip("this world does not outlive its worker")
	}
}

// reopenTests are about what a worker that starts finds of what an earlier one did.
var reopenTests = []test{
	{"a guest has gone on running", func(f *fixture) {
		f.needsReopen()
		g, started := f.booted()
		f.reopened()
		now := f.observe(g.ID)
		f.sees(now, g.ID, schemas.PowerStateOn)
		if !now.LastReset.Equal(started.LastReset) || !now.At.After(started.At) {
			f.Errorf("got %+v after %+v", now, started)
		}
		f.awaitBoots(g.ID, 1)
	}},
	{"an operation is still not done twice", func(f *fixture) {
		f.needsReopen()
		g, _ := f.booted()
		reset, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		f.awaitBoots(g.ID, 2)
		f.reopened()
		again, err := f.Reset(f.ctx(), g.ID, "op-1")
		f.ok(err)
		if !again.LastReset.Equal(reset.LastReset) {
			f.Errorf("got %+v after %+v", again, reset)
		}
	}},
	{"an image is still there, and still in use", func(f *fixture) {
		f.needsReopen()
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		f.fetch(src)
		g := f.guest()
		g.Image = src
		f.ok(f.CreateDisk(f.ctx(), g))
		f.unpublish(src)
		f.reopened()
		f.ok(noValue(f.FetchImage(f.ctx(), src, func(int64, int64) {})))
		f.fails(f.DropImage(f.ctx(), src.SHA256), hawkfish.Conflict)
	}},
	{"what was removed stays removed", func(f *fixture) {
		f.needsReopen()
		g := f.defined()
		f.ok(f.Undefine(f.ctx(), g.ID))
		f.ok(f.DeleteDisks(f.ctx(), g.ID))
		f.reopened()
		if o := f.observe(g.ID); !o.Absent {
			f.Errorf("got %+v", o)
		}
	}},
}
