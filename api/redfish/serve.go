package redfish

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
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
	if err := op.admit(req.Caller); err != nil {
		return Reply{}, err
	}
	if err := checkQuery(op.Method, req.RawQuery, op.of.paged); err != nil {
		return Reply{}, err
	}
	return op.handle(ctx, req)
}

// admit lets pass who may do this, as far as it can be said before the state
// is known: of what has an owner, find has the last word.
func (op *Operation) admit(caller *Caller) error {
	owned := op.of.owner != nil
	switch {
	case caller.may(op.Needs, owned) && (caller == nil || !caller.PasswordChangeRequired):
		return nil
	case caller == nil:
		return Rejected{schemas.NoValidSession()}
	case !caller.may(op.Needs, owned):
		return Rejected{schemas.InsufficientPrivilege()}
	case owned || op.Needs.Anonymous():
		return nil
	}
	return op.of.mustChangePassword(caller)
}

// mustChangePassword tells a caller where to set a password before anything else.
func (b *bound) mustChangePassword(caller *Caller) error {
	return Rejected{schemas.PasswordChangeRequired(b.links.URI("ManagerAccount", caller.Actor.AccountID))}
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
