package redfish

import (
	"context"
	"reflect"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Operation is one method on one path. Everything that must hold for every
// endpoint, be it serving, checking, documenting or testing, ranges over these.
type Operation struct {
	Method    string
	Path      string // such as "/redfish/v1/Systems/{id}"
	Summary   string
	Entity    string        // what the privilege registry calls the resource
	Needs     schemas.AnyOf // nil denies everyone: a gap in the registry is not a hole in the service
	Body      reflect.Type  // nil: none
	ReplyType reflect.Type  // nil: none
	Writes    reflect.Type  // the part of ReplyType that a PATCH can change

	handle func(ctx context.Context, req *Request) (Reply, error)
}
