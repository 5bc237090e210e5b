package server

import (
	"context"
	"net/http"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// endpoint is one operation at its place.
type endpoint struct {
	serve func(ctx context.Context, req *redfish.Request, report func(context.Context, error)) redfish.Reply
	// login: it takes a password from someone who has not logged in, so that
	// it is guarded against guessing.
	login    bool
	waits    bool // it makes a difference to it what the client prefers
	measured *measured
}

// bind takes the kit's operations in. It is where the kit meets the router.
func (s *Server) bind(service Service) {
	for _, op := range service.Operations() {
		s.routes.add(op.Method, op.Path, &endpoint{
			serve:    op.Serve,
			login:    op.Method != http.MethodGet && op.Needs.Anonymous(),
			waits:    op.Waits(),
			measured: s.measures.of(op.Method, op.Path),
		})
		s.routes.allow(op.Path, service.Allow(op.Path))
	}
}
