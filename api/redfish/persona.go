package redfish

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Persona changes the standard tree into that of one vendor's BMC. It is
// applied once, at start; no request asks which persona it is serving.
type Persona struct {
	Name     string
	Overlays []Overlay
	Extra    []Resource
}

// Overlay changes the declaration that links call Name.
type Overlay struct {
	Name    string
	Changes []Change
}

// Change is one difference between a vendor and the standard.
type Change func(*Resource)

// On collects the changes to one declaration.
func On(name string, changes ...Change) Overlay { return Overlay{name, changes} }

// Apply returns the persona's tree. The standard tree is left as it was. It
// panics when an overlay's declaration does not exist.
func (p Persona) Apply(standard []Resource) []Resource {
	tree := slices.Clone(standard)
	for _, o := range p.Overlays {
		i := slices.IndexFunc(tree, func(r Resource) bool { return r.Name == o.Name })
		if i < 0 {
			panic(fmt.Sprintf("persona %s overlays %s, which is not declared", p.Name, o.Name))
		}
		for _, change := range o.Changes {
			change(&tree[i])
		}
	}
	return append(tree, p.Extra...)
}

// Version pins the schema version that the vendor speaks, as an @odata.type.
func Version(odataType string) Change { return func(r *Resource) { r.Type = odataType } }

// Oem adds a vendor's section to a resource whose state is a T.
func Oem[T any](vendor string, show func(to Links, state T) any) Change {
	return func(r *Resource) {
		r.oem = append(slices.Clone(r.oem), section{vendor, func(to Links, state any) any { return show(to, state.(T)) }})
	}
}

// Accept narrows an action's parameter to the values that the vendor accepts.
func Accept(action, param string, values ...string) Change {
	return func(r *Resource) {
		i := slices.IndexFunc(r.actions, func(a Action) bool { return a.Name == action })
		if i < 0 {
			panic(fmt.Sprintf("%s has no action %s to narrow", r.Name, action))
		}
		t, ok := viewFields(r.actions[i].Params)[param]
		if !ok {
			panic(fmt.Sprintf("the action %s has no parameter %s", action, param))
		}
		standard, enum := r.actions[i], enumValues(indirect(t))
		r.actions = slices.Clone(r.actions)
		r.actions[i] = standard.narrow(param, func(state any) []string {
			return intersect(standard.allowed(param, enum, state), values)
		})
	}
}

// Also adds a vendor's action.
func Also[T any](a ActionOf[T]) Change {
	return func(r *Resource) { r.actions = append(slices.Clone(r.actions), a.Action) }
}

// Hide drops top-level properties that the vendor does not have.
func Hide(properties ...string) Change {
	return func(r *Resource) {
		r.hidden = maps.Clone(r.hidden)
		if r.hidden == nil {
			r.hidden = map[string]bool{}
		}
		for _, name := range properties {
			if _, ok := viewFields(r.view)[name]; !ok {
				panic(fmt.Sprintf("%s has no property %s to hide", r.Name, name))
			}
			r.hidden[name] = true
		}
	}
}

// picker returns a function that copies a view without the hidden properties.
func picker(view reflect.Type, hidden map[string]bool) func(any) any {
	var kept []reflect.StructField
	var from [][]int
	for f := range view.Fields() {
		if !hidden[jsonName(f)] {
			from = append(from, f.Index)
			kept = append(kept, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag, Anonymous: f.Anonymous})
		}
	}
	slim := reflect.StructOf(kept)
	return func(v any) any {
		in, out := reflect.ValueOf(v), reflect.New(slim).Elem()
		for i, index := range from {
			out.Field(i).Set(in.FieldByIndex(index))
		}
		return out.Interface()
	}
}
