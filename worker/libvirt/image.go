package libvirt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// FetchImage brings an image into the pool (virStorageVolUpload). Calls for one
// digest share one transfer. Without a digest the source is read twice: the
// volume is named by it.
func (h *Host) FetchImage(ctx context.Context, src hawkfish.ImageSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	none := hawkfish.ImageFacts{}
	if h.cfg.Source == nil {
		return none, &hawkfish.Error{Kind: hawkfish.Unsupported, Message: "the host's worker cannot fetch images"}
	}
	report, end := growing(progress)
	defer end()
	if src.SHA256 == "" {
		digest, size, err := h.digest(ctx, src, halved(report, 0))
		if err != nil {
			return none, fault(err, "", "")
		}
		src.SHA256, report = digest, halved(report, size)
	}
	digest, err := parseDigest(src.SHA256)
	if err != nil {
		return none, err
	}
	unlock, err := h.lockImage(ctx, digest, report)
	if err != nil {
		return none, fault(err, "", "")
	}
	defer unlock()
	facts, err := h.fetchLocked(ctx, src, digest, report)
	return facts, fault(err, "", "")
}

// lockImage waits for its turn, and reports the progress of whoever has it.
func (h *Host) lockImage(ctx context.Context, digest string, report func(done, total int64)) (func(), error) {
	if unlock, ok := h.locks.try(digest); ok {
		return unlock, nil
	}
	k := h.locks.get(digest)
	defer h.locks.put(digest)
	for {
		turn, cancel := context.WithTimeout(ctx, time.Second)
		unlock, err := h.locks.lock(turn, digest)
		cancel()
		if err == nil || ctx.Err() != nil {
			return unlock, err
		}
		report(k.done.Load(), k.total.Load())
	}
}

func (h *Host) fetchLocked(ctx context.Context, src hawkfish.ImageSource, digest string, report func(done, total int64)) (hawkfish.ImageFacts, error) {
	state, err := h.findImage(ctx, digest)
	if err != nil {
		return state.ImageFacts, err
	}
	if state.marker != "" {
		if state.format != src.Format {
			return state.ImageFacts, hawkfish.Refused("/Format", string(src.Format), "the image is "+string(state.format))
		}
		report(state.SizeBytes, state.SizeBytes)
		return state.ImageFacts, nil
	}
	if err := h.sweepImages(ctx); err != nil {
		return state.ImageFacts, err
	}
	k := h.locks.get(digest)
	defer h.locks.put(digest)
	return h.upload(ctx, src, digest, func(done, total int64) {
		k.done.Store(done)
		k.total.Store(total)
		report(done, total)
	})
}

// findImage looks an image up; its marker is empty when the host does not have all of it.
func (h *Host) findImage(ctx context.Context, digest string) (imageState, error) {
	return ask(ctx, h, func(c *conn) (imageState, error) {
		p, err := h.openPool(c)
		if err != nil {
			return imageState{}, err
		}
		return p.image(c, digest)
	})
}

func (p pool) image(c *conn, digest string) (imageState, error) {
	names, err := p.volumes(c, imageVolume(digest))
	if err != nil {
		return imageState{}, err
	}
	state := parseImages(names)[digest]
	if state.marker == "" {
		return state, nil
	}
	// A volume of another length than was verified is not that image, whatever the marker says.
	v, ok, err := p.volume(c, imageVolume(digest))
	if err == nil && (!ok || v.Physical == nil || int64(v.Physical.Value) != state.SizeBytes) {
		err = p.remove(c, state.marker)
		state.marker = ""
	}
	return state, err
}

// sweepImages removes what interrupted transfers have left. What somebody works on is left alone.
func (h *Host) sweepImages(ctx context.Context) error {
	_, err := work(ctx, h, func(c *conn) (struct{}, error) {
		p, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		names, err := p.volumes(c, imagePrefix)
		if err != nil {
			return struct{}{}, err
		}
		for digest, state := range parseImages(names) {
			unlock, ok := h.locks.try(digest)
			if state.marker != "" || !ok {
				if ok {
					unlock()
				}
				continue
			}
			err := p.remove(c, imageVolume(digest))
			unlock()
			if err != nil {
				return struct{}{}, err
			}
			h.log.Info("the rest of an interrupted transfer has been removed", "image", digest)
		}
		return struct{}{}, nil
	})
	return err
}

// DropImage removes an image, unless a disk is a clone of it.
func (h *Host) DropImage(ctx context.Context, digest string) error {
	digest, err := parseDigest(digest)
	if err != nil {
		return err
	}
	unlock, err := h.locks.lock(ctx, digest)
	if err != nil {
		return fault(err, "", "")
	}
	defer unlock()
	_, err = work(ctx, h, func(c *conn) (struct{}, error) {
		p, err := h.openPool(c)
		if err != nil {
			return struct{}{}, err
		}
		disks, err := h.openDisks(c)
		if err != nil {
			return struct{}{}, err
		}
		clone, err := disks.cloneOf(c, p.path(imageVolume(digest)))
		if err != nil {
			return struct{}{}, err
		}
		if clone != "" {
			return struct{}{}, &hawkfish.Error{
				Kind: hawkfish.Conflict, Resource: "Image", ID: digest,
				Message: "a disk is a clone of it: " + strings.TrimSuffix(clone, diskSuffix),
			}
		}
		names, err := p.volumes(c, imageVolume(digest)+".")
		if err != nil {
			return struct{}{}, err
		}
		return struct{}{}, p.remove(c, append(names, imageVolume(digest))...)
	})
	return err
}

// digest reads a source only to know its digest and its length.
func (h *Host) digest(ctx context.Context, src hawkfish.ImageSource, report func(done, total int64)) (string, int64, error) {
	body, size, err := h.cfg.Source.Open(ctx, src.URL)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = body.Close() }()
	in := newMeter(body, max(size, 0), report)
	if _, err := in.inspect(src.Format); err != nil {
		return "", 0, err
	}
	sum := sha256.New()
	n, err := io.CopyBuffer(sum, struct{ io.Reader }{in}, make([]byte, chunk))
	return hex.EncodeToString(sum.Sum(nil)), n, err
}

// growing passes on only progress that is more than what was passed on before,
// and none after the end: a stream that was given up may read on for a moment.
func growing(progress func(done, total int64)) (report func(done, total int64), end func()) {
	var mu sync.Mutex
	last := int64(-1)
	report = func(done, total int64) {
		mu.Lock()
		defer mu.Unlock()
		if done > last {
			last = done
			progress(done, total)
		}
	}
	return report, func() {
		mu.Lock()
		defer mu.Unlock()
		last = math.MaxInt64
	}
}

// halved reports each of two passes over a source as half the work. size is
// that of the source in the second pass, 0 in the first.
func halved(report func(done, total int64), size int64) func(done, total int64) {
	return func(done, total int64) { report(size/2+done/2, max(size, total)) }
}
