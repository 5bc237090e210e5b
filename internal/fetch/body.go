package fetch

import (
	"context"
	"errors"
	"io"
	"net/url"
	"time"
)

var errStalled = errors.New("the source stands still")

// body hands on a source's bytes, but not too many, and not after a long silence.
type body struct {
	of     *url.URL
	ctx    context.Context
	cancel context.CancelCauseFunc
	source io.ReadCloser

	limited  bool
	left     int64
	patience time.Duration
}

func (b *body) Read(p []byte) (int, error) {
	if err := context.Cause(b.ctx); err != nil {
		return 0, fault(b.of, err)
	}
	// One byte more than is left tells a file that is too large from one that is just as large as allowed.
	if b.limited {
		p = p[:min(int64(len(p)), b.left+1)]
	}
	silence := time.AfterFunc(b.patience, func() { b.cancel(errStalled) })
	n, err := b.source.Read(p)
	silence.Stop()
	if b.limited {
		if b.left -= int64(n); b.left < 0 {
			b.cancel(errTooLarge)
			return 0, fault(b.of, errTooLarge)
		}
	}
	if err == nil || err == io.EOF { //nolint:errorlint // readers return it bare (io.Reader)
		return n, err
	}
	if cause := context.Cause(b.ctx); cause != nil {
		err = cause
	}
	return n, fault(b.of, err)
}

func (b *body) Close() error {
	b.cancel(nil)
	return b.source.Close()
}
