package durable

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"github.com/projectbeskar/hawkfish"
)

// What can never succeed is not tried again, whatever its kind.
func TestWhatIsTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		err   *hawkfish.Error
		again bool
	}{
		{&hawkfish.Error{Kind: hawkfish.Unavailable}, true},
		{&hawkfish.Error{Kind: hawkfish.Internal}, true},
		{&hawkfish.Error{Kind: hawkfish.Internal, Permanent: true}, false},
		{&hawkfish.Error{Kind: hawkfish.Conflict}, false},
	} {
		app, ok := errors.AsType[*temporal.ApplicationError](toTemporal(t.Context(), tt.err))
		if !ok || app.NonRetryable() == tt.again {
			t.Errorf("%+v: %+v", tt.err, app)
		}
	}
}

// A step that ends because its context did was cancelled only if somebody asked for that.
func TestWhyAStepWasCutOff(t *testing.T) {
	for _, tt := range []struct {
		name      string
		cause     error
		cancelled bool
	}{
		{"the workflow was cancelled", temporal.NewCanceledError(), true},
		{"heartbeats did not get through", serviceerror.NewUnavailable("connection refused"), false},
		{"the attempt has timed out", serviceerror.NewNotFound("no such attempt"), false},
		{"the worker stops", nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			attempt, cut := context.WithCancelCause(t.Context())
			ctx, stop := context.WithCancel(attempt)
			defer stop()
			cut(tt.cause)
			err := toTemporal(ctx, fmt.Errorf("copying: %w", ctx.Err()))
			if got := temporal.IsCanceledError(err); got != tt.cancelled {
				t.Errorf("cancelled: %v, want %v: %v", got, tt.cancelled, err)
			}
			if app, ok := errors.AsType[*temporal.ApplicationError](err); !tt.cancelled && (!ok || app.NonRetryable() || app.Type() != string(hawkfish.Unavailable)) {
				t.Errorf("it must be tried again: %v", err)
			}
		})
	}
}
