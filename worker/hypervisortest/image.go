package hypervisortest

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

var imageTests = []test{
	{"a raw image is as large as its file", func(f *fixture) {
		content := rawImage()
		src := f.publish(content, hawkfish.FormatRaw)
		want := hawkfish.ImageFacts{SHA256: src.SHA256, SizeBytes: int64(len(content)), VirtualBytes: int64(len(content))}
		if got := f.fetch(src); got != want {
			f.Errorf("got %+v, want %+v", got, want)
		}
	}},
	{"a qcow2 image is as large as the disk in it", func(f *fixture) {
		content := qcow2Image(3*gib, "")
		src := f.publish(content, hawkfish.FormatQCOW2)
		want := hawkfish.ImageFacts{SHA256: src.SHA256, SizeBytes: int64(len(content)), VirtualBytes: 3 * gib}
		if got := f.fetch(src); got != want {
			f.Errorf("got %+v, want %+v", got, want)
		}
	}},
	{"without a digest what comes is accepted", func(f *fixture) {
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		digest := src.SHA256
		src.SHA256 = ""
		if got := f.fetch(src); got.SHA256 != digest {
			f.Errorf("got digest %s, want %s", got.SHA256, digest)
		}
	}},
	{"progress grows to the size", func(f *fixture) {
		content := rawImage()
		src := f.publish(content, hawkfish.FormatRaw)
		var last int64
		_, err := f.FetchImage(f.ctx(), src, func(done, total int64) {
			if done < last || total != 0 && done > total {
				f.Errorf("%d of %d after %d", done, total, last)
			}
			last = done
		})
		f.ok(err)
		f.dropAfterwards(src.SHA256)
		if last != int64(len(content)) {
			f.Errorf("the last progress was %d of %d", last, len(content))
		}
	}},
	{"what is there, by digest, is not fetched again", func(f *fixture) {
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		first := f.fetch(src)
		f.unpublish(src)
		again, err := f.FetchImage(f.ctx(), src, func(int64, int64) {})
		f.ok(err)
		if again != first {
			f.Errorf("got %+v, then %+v", first, again)
		}
	}},
	{"another digest is refused and nothing is kept", func(f *fixture) {
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		wrong := src
		wrong.SHA256 = strings.Repeat("0", 64)
		err := noValue(f.FetchImage(f.ctx(), wrong, func(int64, int64) {}))
		f.refuses(err, "/SHA256")
		if f.cached(src) || f.cached(wrong) {
			f.Error("the image is in the cache")
		}
		f.refuses(noValue(f.FetchImage(f.ctx(), wrong, func(int64, int64) {})), "/SHA256")
	}},
	{"a file that does not exist is refused", func(f *fixture) {
		src := hawkfish.ImageSource{URL: fileURL(filepath.Join(f.ImageDir, uuid.NewString())), Format: hawkfish.FormatRaw}
		f.refuses(noValue(f.FetchImage(f.ctx(), src, func(int64, int64) {})), "/URL")
	}},
	{"a file outside the folder is refused", func(f *fixture) {
		outside := filepath.Join(f.TempDir(), "outside")
		f.ok(os.WriteFile(outside, rawImage(), 0o644))
		link := filepath.Join(f.ImageDir, uuid.NewString())
		f.ok(os.Symlink(outside, link))
		f.Cleanup(func() { os.Remove(link) })
		for _, file := range []string{outside, link} {
			src := hawkfish.ImageSource{URL: fileURL(file), Format: hawkfish.FormatRaw}
			f.refuses(noValue(f.FetchImage(f.ctx(), src, func(int64, int64) {})), "/URL")
		}
	}},
	{"a file of another format is refused", func(f *fixture) {
		for _, src := range []hawkfish.ImageSource{
			f.publish(rawImage(), hawkfish.FormatQCOW2),
			f.publish(qcow2Image(gib, ""), hawkfish.FormatRaw),
		} {
			f.refuses(noValue(f.FetchImage(f.ctx(), src, func(int64, int64) {})), "/Format")
			if f.cached(src) {
				f.Error("the image is in the cache")
			}
		}
	}},
	{"an image that refers to another file is refused", func(f *fixture) {
		// A guest of it would read the host's files.
		src := f.publish(qcow2Image(gib, "/etc/shadow"), hawkfish.FormatQCOW2)
		f.refuses(noValue(f.FetchImage(f.ctx(), src, func(int64, int64) {})), "/Format")
		if f.cached(src) {
			f.Error("the image is in the cache")
		}
	}},
	{"many fetch one image at once", func(f *fixture) {
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		f.dropAfterwards(src.SHA256)
		ctx := f.ctx()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				facts, err := f.FetchImage(ctx, src, func(int64, int64) {})
				if err != nil || facts.SHA256 != src.SHA256 {
					f.Errorf("got %+v, %v", facts, err)
				}
			})
		}
		all.Wait()
	}},
	{"dropping it removes it, and can be repeated", func(f *fixture) {
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		f.ok(f.DropImage(f.ctx(), src.SHA256))
		f.fetch(src)
		f.ok(f.DropImage(f.ctx(), src.SHA256))
		f.ok(f.DropImage(f.ctx(), src.SHA256))
		if f.cached(src) {
			f.Error("the image is still in the cache")
		}
		f.fetch(src)
	}},
	{"dropping it is refused while a disk is its clone", func(f *fixture) {
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		f.fetch(src)
		g := f.guest()
		g.Image = src
		f.ok(f.CreateDisk(f.ctx(), g))
		f.fails(f.DropImage(f.ctx(), src.SHA256), hawkfish.Conflict)
		f.ok(f.DeleteDisks(f.ctx(), g.ID))
		f.ok(f.DropImage(f.ctx(), src.SHA256))
	}},
}
