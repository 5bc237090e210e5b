package standin

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// dead is the hypervisor of a host that is known to be dead. Everything on it is off. What is to be gone is gone as soon as the host is back:
// that is noted. Nothing can be made or started on it.
type dead struct {
	hostID string
	ledger Ledger
}

func (d dead) refuse() error {
	return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: d.hostID, Message: "the host is dead: it has been fenced"}
}

func (d dead) off(systemID string) hawkfish.Observation {
	return hawkfish.Observation{SystemID: systemID, Power: schemas.PowerStateOff, Cause: hawkfish.CauseHostDied, At: time.Now()}
}

// What is off already, or need not be done.

func (d dead) Stop(_ context.Context, systemID string) (hawkfish.Observation, error) {
	return d.off(systemID), nil
}

func (d dead) Suspend(_ context.Context, systemID string) (hawkfish.Observation, error) {
	return d.off(systemID), nil
}

func (d dead) Observe(_ context.Context, systemID string) (hawkfish.Observation, error) {
	return d.off(systemID), nil
}

func (d dead) PressPowerButton(context.Context, string) error             { return nil }
func (d dead) SweepMedia(context.Context, time.Duration) error            { return nil }
func (d dead) ObserveAll(context.Context) ([]hawkfish.Observation, error) { return nil, d.refuse() }

// What goes when the host is back.

func (d dead) Undefine(ctx context.Context, systemID string) error {
	return d.ledger.LeaveBehind(ctx, d.hostID, hawkfish.Leftover{SystemID: systemID})
}

func (d dead) Forget(ctx context.Context, systemID string) error { return d.Undefine(ctx, systemID) }

func (d dead) DeleteDisks(ctx context.Context, systemID string) error {
	return d.ledger.LeaveBehind(ctx, d.hostID, hawkfish.Leftover{SystemID: systemID, Disks: true})
}

// What a dead host cannot do.

func (d dead) Facts(context.Context) (hawkfish.HostFacts, error) {
	return hawkfish.HostFacts{}, d.refuse()
}

func (d dead) FetchImage(context.Context, hawkfish.ImageSource, func(done, total int64)) (hawkfish.ImageFacts, error) {
	return hawkfish.ImageFacts{}, d.refuse()
}
func (d dead) DropImage(context.Context, string) error { return d.refuse() }

func (d dead) FetchMedium(context.Context, hawkfish.MediaSource, func(done, total int64)) (hawkfish.ImageFacts, error) {
	return hawkfish.ImageFacts{}, d.refuse()
}
func (d dead) CreateDisk(context.Context, hawkfish.Guest) error      { return d.refuse() }
func (d dead) HasDisk(context.Context, hawkfish.Guest) (bool, error) { return false, d.refuse() }
func (d dead) Define(context.Context, hawkfish.Guest) error          { return d.refuse() }

func (d dead) Configure(_ context.Context, g hawkfish.Guest) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse()
}

func (d dead) Start(context.Context, string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse()
}

func (d dead) Reset(context.Context, string, string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse()
}
func (d dead) InjectNMI(context.Context, string, string) error { return d.refuse() }

func (d dead) Pause(context.Context, string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse()
}

func (d dead) Resume(context.Context, string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse()
}

func (d dead) Watch(context.Context, func(), func(hawkfish.Observation)) error { return d.refuse() }

func (d dead) Foreign(context.Context, string) ([]hawkfish.Foreign, error) { return nil, d.refuse() }

func (d dead) Adopt(context.Context, hawkfish.Adoption) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse()
}
func (d dead) Release(context.Context, string) error { return d.refuse() }

func (d dead) Inspect(context.Context, string) (hawkfish.Inventory, error) {
	return hawkfish.Inventory{}, d.refuse()
}

func (d dead) Measure(context.Context) (hawkfish.Measurement, error) {
	return hawkfish.Measurement{}, d.refuse()
}

func (d dead) SerialOutput(context.Context, string, int) ([]byte, error) { return nil, d.refuse() }
