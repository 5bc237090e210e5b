package power

import (
	"context"
	"strconv"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Grace is how long a guest may take to obey its power button.
type Grace struct {
	Total time.Duration // then the shutdown has failed
	Press time.Duration // a guest that boots misses the button: it is pressed again so often
	Look  time.Duration // how often to look whether the guest is off
}

// DefaultGrace suits guests that boot and stop in minutes.
var DefaultGrace = Grace{Total: 2 * time.Minute, Press: 10 * time.Second, Look: 250 * time.Millisecond}

// shutdown is a step that a cancelled task leaves at once: the guest keeps what it was told.
func (g Grace) shutdown(host hawkfish.Hypervisor) func(context.Context, Change) (hawkfish.Observation, error) {
	return func(ctx context.Context, in Change) (hawkfish.Observation, error) {
		g := g
		if in.GraceSeconds > 0 {
			g.Total = time.Duration(in.GraceSeconds) * time.Second
		}
		began, pressed := time.Now(), time.Time{}
		look := time.NewTicker(g.Look)
		defer look.Stop()
		for {
			seen, err := host.Observe(ctx, in.SystemID)
			if err != nil || seen.Absent || !hawkfish.IsOn(seen.Power) {
				return seen, err
			}
			if time.Since(began) > g.Total {
				return seen, &hawkfish.Error{
					Kind: hawkfish.TimedOut, Resource: "ComputerSystem", ID: in.SystemID, Value: strconv.Itoa(int(g.Total.Seconds())),
					Message: "the guest did not obey its power button within " + g.Total.String(),
				}
			}
			if time.Since(pressed) > g.Press {
				if err := host.PressPowerButton(ctx, in.SystemID); err != nil {
					return seen, err
				}
				pressed = time.Now()
			}
			durable.Report(ctx, durable.Progress{Done: int64(time.Since(began).Seconds()), Total: int64(g.Total.Seconds())})
			select {
			case <-ctx.Done():
				return seen, ctx.Err()
			case <-look.C:
			}
		}
	}
}
