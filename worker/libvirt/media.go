package libvirt

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// FetchMedium is still to come.
func (h *Host) FetchMedium(context.Context, hawkfish.MediaSource, func(done, total int64)) (hawkfish.ImageFacts, error) {
	return hawkfish.ImageFacts{}, &hawkfish.Error{Kind: hawkfish.Unsupported}
}

// SweepMedia is still to come.
func (h *Host) SweepMedia(context.Context, time.Duration) error { return nil }
