package tracing

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// Hypervisor returns h with a span for each call that belongs to a traced request. A nil Tracer returns h itself.
func (t *Tracer) Hypervisor(h hawkfish.Hypervisor, host string) hawkfish.Hypervisor {
	if t == nil {
		return h
	}
	return hypervisor{h, t, host}
}

type hypervisor struct {
	hawkfish.Hypervisor // Facts, ObserveAll and Watch, which no request asks for
	tracer              *Tracer
	host                string
}

func call[T any](ctx context.Context, h hypervisor, name, system string, do func(context.Context) (T, error)) (T, error) {
	ctx, span := h.tracer.Part(ctx, "hypervisor."+name)
	span.Set(HostID, h.host)
	span.Set(SystemID, system)
	out, err := do(ctx)
	span.End(err)
	return out, err
}

func run(ctx context.Context, h hypervisor, name, system string, do func(context.Context) error) error {
	_, err := call(ctx, h, name, system, func(ctx context.Context) (struct{}, error) { return struct{}{}, do(ctx) })
	return err
}

func (h hypervisor) FetchImage(ctx context.Context, src hawkfish.ImageSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	return call(ctx, h, "FetchImage", "", func(ctx context.Context) (hawkfish.ImageFacts, error) {
		return h.Hypervisor.FetchImage(ctx, src, progress)
	})
}

func (h hypervisor) FetchMedium(ctx context.Context, src hawkfish.MediaSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	return call(ctx, h, "FetchMedium", "", func(ctx context.Context) (hawkfish.ImageFacts, error) {
		return h.Hypervisor.FetchMedium(ctx, src, progress)
	})
}

func (h hypervisor) DropImage(ctx context.Context, sha256 string) error {
	return run(ctx, h, "DropImage", "", func(ctx context.Context) error { return h.Hypervisor.DropImage(ctx, sha256) })
}

func (h hypervisor) CreateDisk(ctx context.Context, g hawkfish.Guest) error {
	return run(ctx, h, "CreateDisk", g.ID, func(ctx context.Context) error { return h.Hypervisor.CreateDisk(ctx, g) })
}

func (h hypervisor) DeleteDisks(ctx context.Context, system string) error {
	return run(ctx, h, "DeleteDisks", system, func(ctx context.Context) error { return h.Hypervisor.DeleteDisks(ctx, system) })
}

func (h hypervisor) Define(ctx context.Context, g hawkfish.Guest) error {
	return run(ctx, h, "Define", g.ID, func(ctx context.Context) error { return h.Hypervisor.Define(ctx, g) })
}

func (h hypervisor) Undefine(ctx context.Context, system string) error {
	return run(ctx, h, "Undefine", system, func(ctx context.Context) error { return h.Hypervisor.Undefine(ctx, system) })
}

func (h hypervisor) Foreign(ctx context.Context, project string) ([]hawkfish.Foreign, error) {
	return call(ctx, h, "Foreign", "", func(ctx context.Context) ([]hawkfish.Foreign, error) { return h.Hypervisor.Foreign(ctx, project) })
}

func (h hypervisor) Adopt(ctx context.Context, a hawkfish.Adoption) (hawkfish.Observation, error) {
	return call(ctx, h, "Adopt", a.Seen.ID, func(ctx context.Context) (hawkfish.Observation, error) { return h.Hypervisor.Adopt(ctx, a) })
}

func (h hypervisor) Release(ctx context.Context, system string) error {
	return run(ctx, h, "Release", system, func(ctx context.Context) error { return h.Hypervisor.Release(ctx, system) })
}

func (h hypervisor) Start(ctx context.Context, system string) (hawkfish.Observation, error) {
	return call(ctx, h, "Start", system, func(ctx context.Context) (hawkfish.Observation, error) { return h.Hypervisor.Start(ctx, system) })
}

func (h hypervisor) Stop(ctx context.Context, system string) (hawkfish.Observation, error) {
	return call(ctx, h, "Stop", system, func(ctx context.Context) (hawkfish.Observation, error) { return h.Hypervisor.Stop(ctx, system) })
}

func (h hypervisor) PressPowerButton(ctx context.Context, system string) error {
	return run(ctx, h, "PressPowerButton", system, func(ctx context.Context) error { return h.Hypervisor.PressPowerButton(ctx, system) })
}

func (h hypervisor) Reset(ctx context.Context, system, op string) (hawkfish.Observation, error) {
	return call(ctx, h, "Reset", system, func(ctx context.Context) (hawkfish.Observation, error) { return h.Hypervisor.Reset(ctx, system, op) })
}

func (h hypervisor) InjectNMI(ctx context.Context, system, op string) error {
	return run(ctx, h, "InjectNMI", system, func(ctx context.Context) error { return h.Hypervisor.InjectNMI(ctx, system, op) })
}

func (h hypervisor) Observe(ctx context.Context, system string) (hawkfish.Observation, error) {
	return call(ctx, h, "Observe", system, func(ctx context.Context) (hawkfish.Observation, error) { return h.Hypervisor.Observe(ctx, system) })
}

func (h hypervisor) SerialOutput(ctx context.Context, system string, max int) ([]byte, error) {
	return call(ctx, h, "SerialOutput", system, func(ctx context.Context) ([]byte, error) { return h.Hypervisor.SerialOutput(ctx, system, max) })
}
