package hypervisortest

import (
	"github.com/projectbeskar/hawkfish"
)

var diskTests = []test{
	{"a blank one can be made, made again and deleted twice", func(f *fixture) {
		g := f.guest()
		f.ok(f.DeleteDisks(f.ctx(), g.ID))
		for range 2 {
			f.ok(f.CreateDisk(f.ctx(), g))
			f.ok(f.CreateDisk(f.ctx(), g))
			f.ok(f.DeleteDisks(f.ctx(), g.ID))
			f.ok(f.DeleteDisks(f.ctx(), g.ID))
		}
	}},
	{"a clone can be made, made again and deleted twice", func(f *fixture) {
		src := f.publish(qcow2Image(gib, ""), hawkfish.FormatQCOW2)
		f.fetch(src)
		g := f.guest()
		g.Image, g.DiskGiB = src, 2
		f.ok(f.CreateDisk(f.ctx(), g))
		f.ok(f.CreateDisk(f.ctx(), g))
		f.ok(f.DeleteDisks(f.ctx(), g.ID))
		f.ok(f.DeleteDisks(f.ctx(), g.ID))
	}},
	{"it can be as large as the image, but not smaller", func(f *fixture) {
		src := f.publish(qcow2Image(2*gib, ""), hawkfish.FormatQCOW2)
		f.fetch(src)
		g := f.guest()
		g.Image, g.DiskGiB = src, 1
		f.refuses(f.CreateDisk(f.ctx(), g), "/DiskGiB")
		f.ok(f.DropImage(f.ctx(), src.SHA256)) // nothing of it is left that would be a clone
		f.ok(noValue(f.FetchImage(f.ctx(), src, func(int64, int64) {})))
		g.DiskGiB = 2
		f.ok(f.CreateDisk(f.ctx(), g))
	}},
	{"an image that the host does not have is not found", func(f *fixture) {
		g := f.guest()
		g.Image = f.publish(rawImage(), hawkfish.FormatRaw)
		f.fails(f.CreateDisk(f.ctx(), g), hawkfish.NotFound)
	}},
	{"making it again leaves a guest that runs from it alone", func(f *fixture) {
		g, started := f.booted()
		f.ok(f.CreateDisk(f.ctx(), g))
		if now := f.observe(g.ID); !now.LastReset.Equal(started.LastReset) {
			f.Errorf("got %+v after %+v", now, started)
		}
	}},
	{"it cannot be deleted while the guest runs", func(f *fixture) {
		g := f.defined()
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.fails(f.DeleteDisks(f.ctx(), g.ID), hawkfish.Conflict)
	}},
	{"a disk alone is not a system", func(f *fixture) {
		g := f.guest()
		f.ok(f.CreateDisk(f.ctx(), g))
		if o := f.observe(g.ID); !o.Absent {
			f.Errorf("got %+v", o)
		}
	}},
}
