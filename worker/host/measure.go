package host

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/inventory"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// meter tells the fleet from time to time what the host's guests use. What is not taken is not told again: the next
// measurement counts on.
type meter struct {
	cfg  Config
	tell func(context.Context, hawkfish.Measurement) error
}

func newMeter(cfg Config) meter {
	return meter{cfg, func(ctx context.Context, m hawkfish.Measurement) error {
		_, err := inventory.Measure.Ask(ctx, cfg.Service, durable.Fleet, "measure-"+cfg.ID+"-"+uuid.NewString(), inventory.Pack(m))
		return err
	}}
}

// run measures until ctx ends. A hypervisor that does not answer misses its turn, and keeps nobody else waiting.
func (m meter) run(ctx context.Context) {
	if m.cfg.Measure <= 0 {
		return
	}
	tick := time.NewTicker(m.cfg.Measure)
	defer tick.Stop()
	for {
		if err := m.once(ctx); err != nil && ctx.Err() == nil {
			m.cfg.Log.WarnContext(ctx, "what the guests use was not told", "host_id", m.cfg.ID, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (m meter) once(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, min(m.cfg.Measure, lookDeadline))
	defer cancel()
	all, err := m.cfg.Hypervisor.Measure(ctx)
	if err != nil {
		return err
	}
	samples := all.Samples
	all.HostID = m.cfg.ID
	for len(samples) > 0 {
		all.Samples = samples[:min(len(samples), maxSeen)]
		samples = samples[len(all.Samples):]
		if err := m.tell(ctx, all); err != nil {
			return err
		}
	}
	return nil
}
