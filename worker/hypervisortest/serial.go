package hypervisortest

import (
	"bytes"

	"github.com/projectbeskar/hawkfish"
)

// serialMax is more than a guest of the suite writes.
const serialMax = 1 << 20

// boots counts how often the guest has written its boot text since it was started.
func (f *fixture) boots(id string) int {
	f.Helper()
	out, err := f.SerialOutput(f.ctx(), id, serialMax)
	f.ok(err)
	return bytes.Count(out, []byte(f.BootText))
}

func (f *fixture) awaitBoots(id string, n int) {
	f.Helper()
	f.eventually("the guest says "+f.BootText, func() bool { return f.boots(id) >= n })
	if got := f.boots(id); got != n {
		f.Fatalf("%d boots, want %d", got, n)
	}
}

var serialTests = []test{
	{"a guest that has never run has written nothing", func(f *fixture) {
		g := f.defined()
		out, err := f.SerialOutput(f.ctx(), g.ID, serialMax)
		f.ok(err)
		if len(out) != 0 {
			f.Errorf("got %q", out)
		}
	}},
	{"it is the last so many bytes", func(f *fixture) {
		g, _ := f.booted()
		f.ok(noValue(f.Stop(f.ctx(), g.ID))) // so that it writes no more
		whole, err := f.SerialOutput(f.ctx(), g.ID, serialMax)
		f.ok(err)
		for _, max := range []int{0, 1, 7, len(whole), len(whole) + 1} {
			part, err := f.SerialOutput(f.ctx(), g.ID, max)
			f.ok(err)
			if want := whole[len(whole)-min(max, len(whole)):]; !bytes.Equal(part, want) {
				f.Errorf("max %d: got %q, want %q", max, part, want)
			}
		}
	}},
	{"it outlives the guest's run, but not the next start", func(f *fixture) {
		g, _ := f.booted()
		f.ok(noValue(f.Reset(f.ctx(), g.ID, "op")))
		f.awaitBoots(g.ID, 2)
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		if n := f.boots(g.ID); n != 2 {
			f.Errorf("%d boots after the stop", n)
		}
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.eventually("the log begins anew", func() bool { return f.boots(g.ID) == 1 })
	}},
	{"it is gone with the disks", func(f *fixture) {
		g, _ := f.booted()
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		f.ok(f.DeleteDisks(f.ctx(), g.ID))
		out, err := f.SerialOutput(f.ctx(), g.ID, serialMax)
		f.ok(err)
		if len(out) != 0 {
			f.Errorf("got %q", out)
		}
	}},
	{"it is not found without a domain", func(f *fixture) {
		g, _ := f.booted()
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		f.ok(f.Undefine(f.ctx(), g.ID))
		f.fails(noValue(f.SerialOutput(f.ctx(), g.ID, serialMax)), hawkfish.NotFound)
	}},
}
