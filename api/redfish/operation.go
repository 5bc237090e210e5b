package redfish

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

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

	of     *bound
	handle func(ctx context.Context, req *Request) (Reply, error)
}

// anyone is what an operation needs that is open to those who have not logged in.
var anyone = schemas.AnyOf{{schemas.PrivilegeNoAuth}}

// operations lists what a declaration makes possible at one path.
func (b *bound) operations(path string) []*Operation {
	ops := []*Operation{b.reading(path)}
	if b.patch != nil {
		ops = append(ops, b.operation(http.MethodPatch, path, "Change "+b.Name, b.patch.fields, b.view, b.change))
	}
	if b.remove != nil || b.cancel != nil {
		ops = append(ops, b.operation(http.MethodDelete, path, "Delete "+b.Name, nil, nil, b.delete))
	}
	if b.create != nil {
		// DSP0266, "POST (create)": a service also takes what is posted to the Members property.
		for _, to := range []string{path, path + "/Members"} {
			ops = append(ops, b.operation(http.MethodPost, to, "Add to "+b.Name, b.create.fields, nil, b.add))
		}
	}
	for i := range b.acts {
		ops = append(ops, b.acting(path, &b.acts[i])...)
	}
	return ops
}

func (b *bound) operation(method, path, summary string, body, reply reflect.Type, handle func(context.Context, *Request) (Reply, error)) *Operation {
	return &Operation{
		Method: method, Path: path, Summary: summary, Entity: b.Entity,
		Needs: b.needs(method), Body: body, ReplyType: reply, of: b, handle: handle,
	}
}

func (b *bound) needs(method string) schemas.AnyOf { return needs(b.Like, method, b.above...) }

// needs returns what a method on an entity needs that lies below others; nil, which nobody has, when the registry has a gap.
func needs(entity, method string, above ...string) schemas.AnyOf {
	found, _ := schemas.Required(entity, method, above...)
	return found
}

// entitiesAbove lists the entities that a path lies below, outermost first.
func entitiesAbove(path string, resources []Resource) []string {
	var above []Resource
	for _, r := range resources {
		if path != r.Path && strings.HasPrefix(path, r.Path+"/") {
			above = append(above, r)
		}
	}
	slices.SortFunc(above, func(a, b Resource) int { return len(a.Path) - len(b.Path) })
	names := make([]string, len(above))
	for i, r := range above {
		names[i] = r.Entity
	}
	return names
}

func (b *bound) reading(path string) *Operation {
	op := b.operation(http.MethodGet, path, "Read "+b.Name, nil, b.view, b.read)
	if b.patch != nil {
		op.Writes = b.patch.fields
	}
	if b.public {
		op.Needs = anyone
	}
	return op
}

// acting lists the operations of one action: doing it, and reading what it takes.
func (b *bound) acting(path string, a *boundAction) []*Operation {
	run := func(ctx context.Context, req *Request) (Reply, error) { return b.act(ctx, a, req) }
	ops := []*Operation{b.operation(http.MethodPost, path+a.path(b.Entity), a.Name+" "+b.Name, a.Params, nil, run)}
	if len(a.shape.fields) > 0 {
		read := func(ctx context.Context, req *Request) (Reply, error) { return b.actionInfo(ctx, a, req) }
		info := b.operation(http.MethodGet, path+a.infoPath(), "Read what "+a.Name+" takes", nil, reflect.TypeFor[actionInfoView](), read)
		info.Entity, info.Needs = "ActionInfo", needs("ActionInfo", http.MethodGet)
		ops = append(ops, info)
	}
	return ops
}
