package simulated

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/diskimage"
)

// FetchImage really fetches and verifies an image, but keeps only what it has learned of it.
func (h *Hypervisor) FetchImage(ctx context.Context, src hawkfish.ImageSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	return call(ctx, h, MethodFetchImage, func() (hawkfish.ImageFacts, error) {
		if facts, ok, err := h.image(src.SHA256); ok || err != nil {
			return facts, err
		}
		facts, err := h.fetch(ctx, src, progress)
		if err != nil {
			return hawkfish.ImageFacts{}, err
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return hawkfish.ImageFacts{}, errClosed
		}
		if err := h.journal.image(h, facts); err != nil {
			return hawkfish.ImageFacts{}, err
		}
		h.images[facts.SHA256] = facts
		return facts, nil
	})
}

func (h *Hypervisor) image(digest string) (hawkfish.ImageFacts, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return hawkfish.ImageFacts{}, false, errClosed
	}
	facts, ok := h.images[digest]
	return facts, ok, nil
}

func (h *Hypervisor) fetch(ctx context.Context, src hawkfish.ImageSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	if h.source == nil {
		return hawkfish.ImageFacts{}, errNoSource
	}
	file, total, err := h.source.Open(ctx, src.URL)
	if err != nil {
		return hawkfish.ImageFacts{}, ours(err)
	}
	defer file.Close()
	in := intake{digest: sha256.New(), total: total, progress: progress}
	if _, err := io.CopyBuffer(&in, file, make([]byte, 256<<10)); err != nil {
		return hawkfish.ImageFacts{}, ours(err)
	}
	digest := hex.EncodeToString(in.digest.Sum(nil))
	if src.SHA256 != "" && src.SHA256 != digest {
		return hawkfish.ImageFacts{}, hawkfish.Refused("/SHA256", src.SHA256, "the image has the digest "+digest)
	}
	virtual, err := diskimage.Inspect(in.head.Bytes(), in.size, src.Format)
	if err != nil {
		return hawkfish.ImageFacts{}, err
	}
	return hawkfish.ImageFacts{SHA256: digest, SizeBytes: in.size, VirtualBytes: virtual}, nil
}

var errNoSource = &hawkfish.Error{Kind: hawkfish.Unsupported, Message: "this simulated host fetches no images"}

// intake learns of a file what is kept of it.
type intake struct {
	head     bytes.Buffer
	digest   hash.Hash
	size     int64
	total    int64
	progress func(done, total int64)
}

func (in *intake) Write(p []byte) (int, error) {
	in.head.Write(p[:min(len(p), diskimage.HeaderBytes-in.head.Len())])
	in.digest.Write(p)
	in.size += int64(len(p))
	in.progress(in.size, max(in.total, 0))
	return len(p), nil
}

// ours leaves the fleet's errors as they are; any other is of a source that does not answer.
func ours(err error) error {
	if _, ok := errors.AsType[*hawkfish.Error](err); ok {
		return err
	}
	return hawkfish.Down("the image's source", err)
}

// DropImage forgets an image.
func (h *Hypervisor) DropImage(ctx context.Context, digest string) error {
	_, err := call(ctx, h, MethodDropImage, func() (struct{}, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return struct{}{}, errClosed
		}
		if _, ok := h.images[digest]; !ok {
			return struct{}{}, nil
		}
		for _, s := range h.systems {
			if s.Disk != nil && s.Disk.Image == digest {
				return struct{}{}, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Image", ID: digest, Message: "a disk is a clone of the image"}
			}
		}
		if err := h.journal.noImage(h, digest); err != nil {
			return struct{}{}, err
		}
		delete(h.images, digest)
		return struct{}{}, nil
	})
	return err
}
