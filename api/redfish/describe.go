package redfish

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
)

// Description is a declaration as those see it who write about it: API documents, schemas, tests.
type Description struct {
	Name    string // what links call it
	Entity  string // the schema's name
	Type    string // its @odata.type; empty: an Endpoint
	Path    string
	Aliases []string

	View       reflect.Type // what is shown, without what the kit and the vendors add; nil: an Endpoint
	Hidden     map[string]bool
	Collection bool
	Of         string       // name of a collection's members
	Members    *Description // of a collection that holds them, not references to them
	Revised    bool         // it has an ETag
	Create     reflect.Type
	Patch      reflect.Type
	Delete     bool
	Actions    []ActionDescription
	Oem        []OemDescription
}

// ActionDescription is an action as those see it who write about it.
type ActionDescription struct {
	Key    string // in the Actions object: "#ComputerSystem.Reset"
	Path   string // below the resource
	Info   string // path of its ActionInfo; empty: none
	Oem    bool
	Params reflect.Type
}

// OemDescription is a vendor's section of a resource.
type OemDescription struct {
	Vendor string
	Type   string       // its @odata.type; empty: it has none
	View   reflect.Type // nil: not known
}

// Describe lists the service's declarations, in their order.
func (s *Service) Describe() []Description {
	all := make([]Description, len(s.order))
	for i, b := range s.order {
		all[i] = b.describe()
	}
	return all
}

// Describe returns the declaration that an operation is of.
func (op *Operation) Describe() Description { return op.of.describe() }

// Alias reports whether the operation is at a further path of its resource.
func (op *Operation) Alias() bool {
	return slices.ContainsFunc(op.of.Aliases, func(alias string) bool {
		return len(op.Path) >= len(alias) && op.Path[:len(alias)] == alias
	}) && (len(op.Path) < len(op.of.Path) || op.Path[:len(op.of.Path)] != op.of.Path)
}

// Queries lists the query parameters that the operation takes.
func (op *Operation) Queries() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if op.Method == http.MethodGet && op.of.view != nil && (op.of.paged || !parameters[name].paged) {
			names = append(names, name)
		}
	}
	return names
}

// Service returns the service that serves the request, so that what describes it describes itself.
func (r *Request) Service() *Service { return r.of.service }

func (b *bound) describe() Description {
	d := Description{
		Name: b.Name, Entity: b.Entity, Type: b.Type, Path: b.Path, Aliases: b.Aliases,
		View: b.view, Hidden: b.hidden, Collection: b.paged, Of: b.of, Revised: b.rev != nil || b.paged,
		Delete: b.remove != nil || b.cancel != nil,
	}
	if of := b.service.tree.byName[b.of]; b.whole && of != nil {
		members := of.describe()
		d.Members = &members
	}
	if b.patch != nil {
		d.Patch = b.patch.fields
	}
	if b.create != nil {
		d.Create = b.create.fields
	}
	for i := range b.acts {
		a := &b.acts[i]
		one := ActionDescription{Key: a.key(b.Entity), Path: a.path(b.Entity), Oem: a.oem(), Params: a.Params}
		if len(a.shape.fields) > 0 {
			one.Info = a.infoPath()
		}
		d.Actions = append(d.Actions, one)
	}
	for _, section := range b.oem {
		d.Oem = append(d.Oem, b.describeOem(section))
	}
	return d
}

// describeOem finds out what a vendor's section is by looking at that of a zero state.
func (b *bound) describeOem(section section) (d OemDescription) {
	d.Vendor = section.vendor
	defer func() { _ = recover() }() // it cannot be shown without a state: its type is not known
	shown := section.show(b.links, reflect.Zero(b.state).Interface())
	d.View = indirect(reflect.TypeOf(shown))
	var head struct {
		Type string `json:"@odata.type"`
	}
	if json.Unmarshal(encode(shown), &head) == nil {
		d.Type = head.Type
	}
	return d
}
