package redfish

import "context"

// Serve runs an operation. It never fails: whatever goes wrong becomes a
// Redfish error body, and what nobody foresaw also goes to report.
func (op *Operation) Serve(ctx context.Context, req *Request, report func(ctx context.Context, err error)) Reply {
	reply, err := op.handle(ctx, req)
	if err != nil {
		report(ctx, err)
	}
	return reply
}
