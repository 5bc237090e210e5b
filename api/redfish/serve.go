package redfish

import (
	"context"
	"errors"
	"fmt"
	"net/http"
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
	q, err := op.query(req.RawQuery)
	if err != nil {
		return Reply{}, err
	}
	if op.of.whole && op.Method == http.MethodGet {
		q = q.withMembers()
	}
	req.of, req.query = op.of, q
	if q != nil && q.filter != nil {
		req.want, req.rest = divide(q.filter, op.of.filters)
	}
	reply, err := op.handle(ctx, req)
	if err == nil && q.reshapes() && reply.Status == http.StatusOK {
		reply, err = op.of.reshape(ctx, req, reply)
	}
	if err != nil {
		return Reply{}, err
	}
	if req.Prefer != nil && reply.watched != nil {
		reply = op.prefer(ctx, req, reply)
	}
	return reply.unlessKnown(op.Method, req), nil
}

// unlessKnown leaves out the body when the caller has it already (RFC 9110, section 13.1.2).
func (r Reply) unlessKnown(method string, req *Request) Reply {
	if r.Status != http.StatusOK || method != http.MethodGet || r.ETag == "" || req.IfNoneMatch == "" || !matches(req.IfNoneMatch, r.ETag) {
		return r
	}
	r.Status, r.Body = http.StatusNotModified, nil
	return r
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
