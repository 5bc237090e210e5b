// Package redfish is the resource kit. A resource is declared once; its
// routes, privilege checks, body checks, ETags, ActionInfo and error bodies all
// derive from that declaration. It knows no resource, no router and no use case.
//
// Declarations (Spec, CollectionSpec, Endpoint) make a tree; NewService binds
// the tree together and lists its operations; a router serves them.
package redfish

import (
	"context"
	"reflect"
	"strings"
)

// Spec declares a resource whose state is a T, shown to callers as a V.
type Spec[V, T any] struct {
	Type    string   // its @odata.type, such as schemas.TypeComputerSystem
	Name    string   // what links call it; "" is the schema's name. Unique in a tree.
	Path    string   // such as "/redfish/v1/Systems/{id}"; without variables it is a singleton
	Aliases []string // further paths that it answers at
	Like    string   // the entity whose privileges it has; "" is the schema's name

	// Load finds the state. The request tells the path's variables and the caller's scope.
	Load func(ctx context.Context, req *Request) (T, error)
	// Key returns the values of the path's variables, joined by "/". nil: the path has none.
	Key func(T) string
	// Show renders the state. It must depend on its arguments alone: what it returns is cached by
	// key and revision. V has no field for @odata.*, Actions or Oem: these are the kit's.
	Show func(to Links, state T) V
	// Revision grows with every change of what Show returns; it is the ETag. nil, or 0 for
	// a state: there is none, as for what changes by itself.
	Revision func(T) int64
	// Oem is HawkFish's own section; its type holds its own @odata.type. nil: none.
	Oem func(to Links, state T) any
	// Owner returns the ID of the account that the resource belongs to, for ConfigureSelf. nil: nobody's.
	Owner func(T) string
	// Project returns the ID of the project that the resource belongs to: what a caller may do to it is what they may
	// do there. "" or nil: none's.
	Project func(T) string

	// Slow: reading it asks a host. It is never put into other resources by $expand.
	Slow bool

	Insist  bool // changes without If-Match are refused with 428
	Patch   PatchOf[T]
	Delete  func(ctx context.Context, req *Request, state T) (Result, error)
	Actions []ActionOf[T]
}

// Resource is a declaration with its types erased, so that unlike resources fit one list.
type Resource struct {
	Entity  string // the schema's name, which is also the privilege registry's
	Name    string
	Type    string // its @odata.type; empty: an Endpoint
	Path    string
	Aliases []string
	Like    string
	Insist  bool

	view    reflect.Type // nil: an Endpoint
	load    func(ctx context.Context, req *Request) (any, error)
	state   reflect.Type
	key     func(state any) string
	show    func(to Links, state any) any
	rev     func(state any) int64
	owner   func(state any) string
	project func(state any) string
	// inProject: it depends on the project what a caller may do; who may do it in one project is let through.
	inProject bool
	oem       []section
	hidden    map[string]bool
	patch     *change
	create    *change
	paged     bool     // a collection
	of        string   // what links call its members
	filters   []string // properties of its members that List narrows by
	slow      bool
	whole     bool // a collection that holds its members, not references to them
	remove    func(ctx context.Context, req *Request, state any) (Result, error)
	actions   []Action
	get       func(ctx context.Context, req *Request) (Result, error) // of an Endpoint
	cancel    func(ctx context.Context, req *Request) (Result, error) // of an Endpoint
	await     func(ctx context.Context, req *Request) error           // of an Endpoint
	public    bool
}

// section is a vendor's part of a resource.
type section struct {
	vendor string
	show   func(to Links, state any) any
}

// Define turns a typed declaration into a Resource.
func Define[V, T any](s Spec[V, T]) Resource {
	if s.Load == nil || s.Show == nil {
		panic(s.Path + " has no Load or no Show")
	}
	r := declare(s.Type, s.Name, s.Path, s.Like)
	r.Aliases, r.Insist, r.slow = s.Aliases, s.Insist, s.Slow
	r.view, r.state = reflect.TypeFor[V](), reflect.TypeFor[T]()
	r.load = func(ctx context.Context, req *Request) (any, error) { return s.Load(ctx, req) }
	r.show = func(to Links, state any) any { return s.Show(to, state.(T)) }
	r.key = func(any) string { return "" }
	if s.Key != nil {
		r.key = func(state any) string { return s.Key(state.(T)) }
	}
	if s.Revision != nil {
		r.rev = func(state any) int64 { return s.Revision(state.(T)) }
	}
	if s.Oem != nil {
		r.oem = []section{{"HawkFish", func(to Links, state any) any { return s.Oem(to, state.(T)) }}}
	}
	if s.Owner != nil {
		r.owner = func(state any) string { return s.Owner(state.(T)) }
	}
	if s.Project != nil {
		r.inProject = true
		r.project = func(state any) string { return s.Project(state.(T)) }
	}
	if s.Delete != nil {
		r.remove = func(ctx context.Context, req *Request, state any) (Result, error) {
			return s.Delete(ctx, req, state.(T))
		}
	}
	r.patch = s.Patch.change
	for _, a := range s.Actions {
		r.actions = append(r.actions, a.Action)
	}
	return r
}

func declare(odataType, name, path, like string) Resource {
	entity, _, _ := strings.Cut(strings.TrimPrefix(odataType, "#"), ".")
	if name == "" {
		name = entity
	}
	if like == "" {
		like = entity
	}
	return Resource{Entity: entity, Name: name, Type: odataType, Path: path, Like: like}
}

// namespace returns "ComputerSystem.v1_28_0".
func (r *Resource) namespace() string {
	return strings.TrimSuffix(strings.TrimPrefix(r.Type, "#"), "."+r.Entity)
}

// Endpoint declares a URI that is no resource of its own, such as a task monitor.
type Endpoint struct {
	Name string // what links call it
	Path string
	Like string // the entity whose privileges it has
	Open bool   // GET needs no login
	// InProject: what it is about belongs to projects. Who may do it in one project is let through; the
	// functions below find nothing that is not in Request.Permitted.
	InProject bool

	Get    func(ctx context.Context, req *Request) (Result, error)
	Delete func(ctx context.Context, req *Request) (Result, error) // nil: not allowed
	// Await, for a monitor of tasks, waits until what it watches is over, for clients that prefer to wait. It is an error when
	// ctx ends before. nil: nobody waits.
	Await func(ctx context.Context, req *Request) error
}

// Route turns an Endpoint into a Resource.
func Route(e Endpoint) Resource {
	r := declare("", e.Name, e.Path, e.Like)
	r.Entity = e.Like
	r.get, r.cancel, r.public, r.inProject = e.Get, e.Delete, e.Open, e.InProject
	r.await = e.Await
	return r
}
