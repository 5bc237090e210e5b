package libvirt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/once"
	"github.com/projectbeskar/hawkfish/lab/labtest"
	"github.com/projectbeskar/hawkfish/schemas"
)

// libvirtd dies while a guest runs and others ask: they learn so, nothing hangs, and all goes on when it is back.
func TestLibvirtdIsKilled(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	g := b.provision(t, h)
	if _, err := h.Start(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	waitForBoots(t, h, g.ID, 1)
	before, err := h.Observe(t.Context(), g.ID)
	if err != nil {
		t.Fatal(err)
	}
	watch := make(chan error, 1)
	ready := make(chan struct{})
	go func() { watch <- h.Watch(t.Context(), func() { close(ready) }, func(hawkfish.Observation) {}) }()
	<-ready
	asked := make(chan error, 1)
	go func() {
		for {
			if _, err := h.ObserveAll(t.Context()); err != nil {
				asked <- err
				return
			}
		}
	}()

	b.Libvirtd(labtest.Kill)
	for what, ch := range map[string]chan error{"ObserveAll": asked, "Watch": watch} {
		select {
		case err := <-ch:
			if hawkfish.KindOf(err) != hawkfish.Unavailable {
				t.Errorf("%s: got %v", what, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s hangs", what)
		}
	}
	if took := timed(func() { _, err = h.Start(t.Context(), g.ID) }); took > time.Second || hawkfish.KindOf(err) != hawkfish.Unavailable {
		t.Errorf("a call while libvirtd is down took %s and got %v", took, err)
	}

	b.Libvirtd(labtest.Start)
	eventually(t, "libvirtd is noticed", func() bool {
		now, err := h.Observe(t.Context(), g.ID)
		return err == nil && now.Power == schemas.PowerStateOn && now.LastReset.Equal(before.LastReset)
	})
	eventually(t, "events are heard again", func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		err := h.Watch(ctx, cancel, func(hawkfish.Observation) {})
		return errors.Is(err, context.Canceled) && ctx.Err() != nil
	})
	waitForBoots(t, h, g.ID, 1)
}

// A libvirtd that hangs accepts connections and calls, and answers none.
func TestLibvirtdHangs(t *testing.T) {
	b := newBench(t)
	short := func(c *Config) { c.Deadline, c.SlowDeadline = time.Second, 20*time.Second }
	h := b.open(t, short)
	g := b.provision(t, h)
	b.Libvirtd(labtest.Freeze)
	ended := func(what string, limit time.Duration, f func() error) {
		t.Helper()
		var err error
		if took := timed(func() { err = f() }); took > limit || hawkfish.KindOf(err) != hawkfish.Unavailable {
			t.Errorf("%s took %s and got %v", what, took, err)
		}
	}
	ended("Observe", 2*time.Second, func() error { _, err := h.Observe(t.Context(), g.ID); return err })
	ended("Start", 3*time.Second, func() error { _, err := h.Start(t.Context(), g.ID); return err })
	fresh := b.open(t, short)
	ended("the first call", 3*time.Second, func() error { _, err := fresh.Facts(t.Context()); return err })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	ended("a caller in a hurry", time.Second, func() error { _, err := fresh.ObserveAll(ctx); return err })

	b.Libvirtd(labtest.Thaw)
	eventually(t, "libvirtd answers again", func() bool {
		o, err := h.Start(t.Context(), g.ID)
		return err == nil && o.Power == schemas.PowerStateOn
	})
}

// A host that loses its power has its guests' disks, and none of them runs, when it comes back.
func TestHostCrashes(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	g := b.provision(t, h)
	if _, err := h.Start(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	b.Crash()
	if _, err := h.Observe(t.Context(), g.ID); hawkfish.KindOf(err) != hawkfish.Unavailable {
		t.Errorf("got %v", err)
	}
	b.Boot()
	eventually(t, "the guest is off", func() bool {
		all, err := h.ObserveAll(t.Context())
		return err == nil && len(all) == 1 && all[0].SystemID == g.ID && all[0].Power == schemas.PowerStateOff
	})
	if _, err := h.Start(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	waitForBoots(t, h, g.ID, 1)
}

// source is an image that does something when a part of it has been read.
type source struct {
	once.Source // of media: none
	size, pause int64
	then        func() error
}

func (s *source) Open(context.Context, string) (io.ReadCloser, int64, error) {
	rest := io.MultiReader(hook(s.then), io.LimitReader(zeros{}, s.size-s.pause))
	return io.NopCloser(io.MultiReader(io.LimitReader(zeros{}, s.pause), rest)), s.size, nil
}

func (s *source) image() hawkfish.ImageSource {
	sum := sha256.New()
	_, _ = io.Copy(sum, io.LimitReader(zeros{}, s.size))
	return hawkfish.ImageSource{URL: "test:", SHA256: hex.EncodeToString(sum.Sum(nil)), Format: hawkfish.FormatRaw}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type hook func() error

func (h hook) Read([]byte) (int, error) {
	if err := h(); err != nil {
		return 0, err
	}
	return 0, io.EOF
}

// However a transfer ends early, half an image is never taken for one, and the next fetch finds a clean pool.
func TestFetchIsInterrupted(t *testing.T) {
	b := newBench(t)
	for name, c := range map[string]struct {
		then func(stop context.CancelFunc) error
		mend func()
		want hawkfish.Kind
	}{
		"libvirtd dies": {
			then: func(context.CancelFunc) error { b.Libvirtd(labtest.Kill); return nil },
			mend: func() { b.Libvirtd(labtest.Start) }, want: hawkfish.Unavailable,
		},
		"the source breaks off": {
			then: func(context.CancelFunc) error { return hawkfish.Down("the source", io.ErrUnexpectedEOF) },
			mend: func() {}, want: hawkfish.Unavailable,
		},
		"the caller gives up": {
			then: func(stop context.CancelFunc) error { stop(); return nil },
			mend: func() {}, want: hawkfish.Unavailable,
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			broken := &source{size: 8 << 20, pause: 4 << 20, then: func() error { return c.then(stop) }}
			img := broken.image()
			h := b.open(t, func(cfg *Config) { cfg.Source = broken })
			_, err := h.FetchImage(ctx, img, func(int64, int64) {})
			if hawkfish.KindOf(err) != c.want {
				t.Errorf("got %v", err)
			}
			c.mend()

			whole := *broken
			whole.then = func() error { return nil }
			again := b.open(t, func(cfg *Config) { cfg.Source = &whole })
			g := b.guest(t, again)
			g.Image = img
			if err := again.CreateDisk(t.Context(), g); hawkfish.KindOf(err) != hawkfish.NotFound {
				t.Errorf("a disk of half an image: got %v", err)
			}
			facts, err := again.FetchImage(t.Context(), img, func(int64, int64) {})
			if err != nil || facts.SizeBytes != whole.size {
				t.Fatalf("got %+v, %v", facts, err)
			}
			if err := again.DropImage(t.Context(), img.SHA256); err != nil {
				t.Error(err)
			}
			if left := b.files(t, again, imageVolume(img.SHA256)); len(left) > 0 {
				t.Errorf("the pool still has %s", left)
			}
		})
	}
}

// A rest that a dead worker has left goes with the next fetch, whichever image that is of.
func TestLeftoversAreSwept(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	rest := imageVolume(strings.Repeat("0", 64))
	err := volumes(t, h, func(c *conn, p pool) error {
		err := p.create(c, emptyVolume(rest, "0644"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	img := b.publish(t, "small.raw", []byte("a small image"), hawkfish.FormatRaw)
	if _, err := h.FetchImage(t.Context(), img, func(int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	if left := b.files(t, h, rest); len(left) > 0 {
		t.Errorf("the pool still has %s", left)
	}
	if err := h.DropImage(t.Context(), img.SHA256); err != nil {
		t.Error(err)
	}
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func volumes(t *testing.T, h *Host, f func(c *conn, p pool) error) error {
	t.Helper()
	_, err := work(t.Context(), h, func(c *conn) (struct{}, error) {
		p, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, f(c, p)
	})
	return err
}

// files lists what the pool has on disk, noticed by libvirt or not.
func (b bench) files(t *testing.T, h *Host, prefix string) []string {
	t.Helper()
	var names []string
	err := volumes(t, h, func(c *conn, p pool) (err error) {
		if err = c.StoragePoolRefresh(p.StoragePool, 0); err == nil {
			names, err = p.volumes(c, prefix)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
