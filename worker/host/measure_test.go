package host

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// counter is a hypervisor of which only the counting matters.
type counter struct {
	hawkfish.Hypervisor
	measure func(ctx context.Context) (hawkfish.Measurement, error)
}

func (c counter) Measure(ctx context.Context) (hawkfish.Measurement, error) { return c.measure(ctx) }

// A host is measured once an interval, in parts that fit into a message; a turn that it misses is lost, and no more.
func TestMeasurementsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := 0
		hv := counter{measure: func(ctx context.Context) (hawkfish.Measurement, error) {
			turn++
			switch turn {
			case 1:
				return hawkfish.Measurement{Samples: make([]hawkfish.Sample, maxSeen+1)}, nil
			case 2:
				<-ctx.Done()
				return hawkfish.Measurement{}, ctx.Err()
			case 3:
				return hawkfish.Measurement{}, nil
			}
			return hawkfish.Measurement{Samples: make([]hawkfish.Sample, 1)}, nil
		}}
		var told []int
		m := meter{
			Config{ID: "h1", Hypervisor: hv, Measure: time.Minute, Log: slog.New(slog.DiscardHandler)},
			func(_ context.Context, m hawkfish.Measurement) error {
				if m.HostID != "h1" {
					t.Errorf("host %q", m.HostID)
				}
				told = append(told, len(m.Samples))
				return errors.Join()
			},
		}
		ctx, stop := context.WithTimeout(t.Context(), 4*time.Minute-time.Second)
		defer stop()
		began := time.Now()
		m.run(ctx)
		if len(told) != 3 || told[0] != maxSeen || told[1] != 1 || told[2] != 1 || turn != 4 {
			t.Errorf("told %v in %d turns, %v", told, turn, time.Since(began))
		}
		m.cfg.Measure = 0
		m.run(t.Context()) // does nothing
	})
}
