package redfish

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/projectbeskar/hawkfish"
)

// Serve runs an operation. It never fails and never panics: whatever goes wrong
// becomes a Redfish error body; what is a bug, or a dependency that is down,
// also goes to report, with its cause.
func (op *Operation) Serve(ctx context.Context, req *Request, report func(ctx context.Context, err error)) (reply Reply) {
	defer func() {
		if p := recover(); p != nil {
			err := fmt.Errorf("%s %s panicked: %v\n%s", op.Method, op.Path, p, debug.Stack())
			report(ctx, err)
			reply = Failure(err)
		}
	}()
	reply, err := op.serve(ctx, req)
	if err == nil {
		return reply
	}
	if toReport(err) {
		report(ctx, err)
	}
	return Failure(err)
}

func (op *Operation) serve(ctx context.Context, req *Request) (Reply, error) {
	if err := op.admit(req); err != nil {
		return Reply{}, err
	}
	if err := checkQuery(op.Method, req.RawQuery, op.of.paged); err != nil {
		return Reply{}, err
	}
	return op.handle(ctx, req)
}

// toReport reports whether an error is the service's own trouble.
func toReport(err error) bool {
	if _, refused := errors.AsType[Rejected](err); refused {
		return false
	}
	return slices.ContainsFunc(hawkfish.Faults(err), func(e *hawkfish.Error) bool {
		return e.Kind == hawkfish.Internal || e.Kind == hawkfish.Unavailable
	})
}
