package durable

import (
	"context"
	"errors"

	"go.temporal.io/sdk/temporal"

	"github.com/projectbeskar/hawkfish"
)

// toTemporal keeps an error's faults across the wire, and stops the retries of
// those that cannot succeed. A step that was cancelled says so. One that was cut
// off because its worker stops, or because heartbeats did not get through, is to
// be tried again: Temporal would not take a cancellation that nobody asked for,
// and wait until the attempt has run out of time.
func toTemporal(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(ctx.Err(), context.Canceled) && errors.Is(err, context.Canceled):
		if temporal.IsCanceledError(context.Cause(ctx)) {
			return temporal.NewCanceledError()
		}
		err = &hawkfish.Error{Kind: hawkfish.Unavailable, Message: "the worker was cut off from its work", Err: err}
	}
	faults := hawkfish.Faults(err)
	kind := faults[0].Kind
	return temporal.NewApplicationErrorWithOptions(err.Error(), string(kind), temporal.ApplicationErrorOptions{
		NonRetryable: !kind.Retryable() || faults[0].Permanent,
		Details:      []any{faults},
	})
}

// fromTemporal turns what Temporal reports of a step into the fleet's words. A cancellation stays what it is.
func fromTemporal(step string, err error) error {
	if err == nil || temporal.IsCanceledError(err) {
		return err
	}
	// The last failure of a step that ran out of time says more than the timeout does.
	if app, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		return faultsOf(app)
	}
	if _, ok := errors.AsType[*temporal.TimeoutError](err); ok {
		return &hawkfish.Error{Kind: hawkfish.Unavailable, Message: step + " was not done in time", Err: err}
	}
	return err
}

func faultsOf(app *temporal.ApplicationError) error {
	var faults []*hawkfish.Error
	if app.HasDetails() && app.Details(&faults) == nil && len(faults) > 0 {
		all := make([]error, len(faults))
		for i, f := range faults {
			fault := *f
			fault.Err = app
			all[i] = &fault
		}
		return errors.Join(all...)
	}
	return &hawkfish.Error{Kind: hawkfish.Kind(app.Type()), Message: app.Message(), Err: app}
}

// IsCancelled reports whether err says that the workflow, and not its work, ended the step.
func IsCancelled(err error) bool { return temporal.IsCanceledError(err) }

// Failed is how a workflow ends whose work failed: Temporal shows it as Failed, and does not run it again.
func Failed(err error) error {
	faults := hawkfish.Faults(err)
	return temporal.NewNonRetryableApplicationError(err.Error(), string(faults[0].Kind), nil, faults)
}
