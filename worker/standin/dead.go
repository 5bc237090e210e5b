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

// stands is Unavailable when the host has been let in again: its own worker is to be asked.
func (d dead) stands(ctx context.Context) error {
	h, err := d.ledger.FindHost(ctx, d.hostID)
	if err == nil && h.State != hawkfish.HostFenced {
		err = hawkfish.Down("host "+d.hostID, nil)
	}
	return err
}

func (d dead) refuse(ctx context.Context) error {
	if err := d.stands(ctx); err != nil {
		return err
	}
	return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: d.hostID, Message: "the host is dead: it has been fenced"}
}

func (d dead) off(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	if err := d.stands(ctx); err != nil {
		return hawkfish.Observation{}, err
	}
	return hawkfish.Observation{SystemID: systemID, Power: schemas.PowerStateOff, Cause: hawkfish.CauseHostDied, At: time.Now()}, nil
}

// leave notes what the host is to let go of when it is back.
func (d dead) leave(ctx context.Context, left hawkfish.Leftover) error {
	if err := d.stands(ctx); err != nil {
		return err
	}
	return d.ledger.LeaveBehind(ctx, d.hostID, left)
}

// What is off already, or need not be done.

func (d dead) Stop(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return d.off(ctx, systemID)
}

func (d dead) Suspend(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return d.off(ctx, systemID)
}

// Configure is done with the next start, which brings what the system is to be.
func (d dead) Configure(ctx context.Context, g hawkfish.Guest) (hawkfish.Observation, error) {
	return d.off(ctx, g.ID)
}

func (d dead) Observe(ctx context.Context, systemID string) (hawkfish.Observation, error) {
	return d.off(ctx, systemID)
}

func (d dead) PressPowerButton(context.Context, string) error  { return nil }
func (d dead) SweepMedia(context.Context, time.Duration) error { return nil }
func (d dead) ObserveAll(ctx context.Context) ([]hawkfish.Observation, error) {
	return nil, d.refuse(ctx)
}

// What goes when the host is back.

func (d dead) Undefine(ctx context.Context, systemID string) error {
	return d.leave(ctx, hawkfish.Leftover{SystemID: systemID})
}

func (d dead) Forget(ctx context.Context, systemID string) error { return d.Undefine(ctx, systemID) }

func (d dead) DeleteDisks(ctx context.Context, systemID string) error {
	return d.leave(ctx, hawkfish.Leftover{SystemID: systemID, Disks: true})
}

// What a dead host cannot do.

func (d dead) Facts(ctx context.Context) (hawkfish.HostFacts, error) {
	return hawkfish.HostFacts{}, d.refuse(ctx)
}

func (d dead) FetchImage(ctx context.Context, _ hawkfish.ImageSource, _ func(done, total int64)) (hawkfish.ImageFacts, error) {
	return hawkfish.ImageFacts{}, d.refuse(ctx)
}
func (d dead) DropImage(ctx context.Context, _ string) error { return d.refuse(ctx) }

func (d dead) FetchMedium(ctx context.Context, _ hawkfish.MediaSource, _ func(done, total int64)) (hawkfish.ImageFacts, error) {
	return hawkfish.ImageFacts{}, d.refuse(ctx)
}
func (d dead) CreateDisk(ctx context.Context, _ hawkfish.Guest) error { return d.refuse(ctx) }
func (d dead) HasDisk(ctx context.Context, _ hawkfish.Guest) (bool, error) {
	return false, d.refuse(ctx)
}
func (d dead) Define(ctx context.Context, _ hawkfish.Guest) error { return d.refuse(ctx) }

func (d dead) Start(ctx context.Context, _ string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse(ctx)
}

func (d dead) Reset(ctx context.Context, _, _ string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse(ctx)
}
func (d dead) InjectNMI(ctx context.Context, _, _ string) error { return d.refuse(ctx) }

func (d dead) Pause(ctx context.Context, _ string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse(ctx)
}

func (d dead) Resume(ctx context.Context, _ string) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse(ctx)
}

func (d dead) Watch(ctx context.Context, _ func(), _ func(hawkfish.Observation)) error {
	return d.refuse(ctx)
}

func (d dead) Foreign(ctx context.Context, _ string) ([]hawkfish.Foreign, error) {
	return nil, d.refuse(ctx)
}

func (d dead) Adopt(ctx context.Context, _ hawkfish.Adoption) (hawkfish.Observation, error) {
	return hawkfish.Observation{}, d.refuse(ctx)
}
func (d dead) Release(ctx context.Context, _ string) error { return d.refuse(ctx) }

func (d dead) Inspect(ctx context.Context, _ string) (hawkfish.Inventory, error) {
	return hawkfish.Inventory{}, d.refuse(ctx)
}

func (d dead) Measure(ctx context.Context) (hawkfish.Measurement, error) {
	return hawkfish.Measurement{}, d.refuse(ctx)
}

func (d dead) SerialOutput(ctx context.Context, _ string, _ int) ([]byte, error) {
	return nil, d.refuse(ctx)
}
