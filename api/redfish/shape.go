package redfish

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/go-playground/validator/v10"
)

// enum is what every generated enumeration implements.
type enum interface{ Values() []string }

var (
	enumType = reflect.TypeFor[enum]()
	rawType  = reflect.TypeFor[json.RawMessage]()
)

// shape is what a body may look like, compiled from the type it is decoded into.
type shape struct {
	kind   kind
	typ    reflect.Type
	fields []field // of an object
	item   *shape  // of an array
	enum   []string
	// readable names what callers can see of an object but not write.
	readable map[string]bool
}

// field is one property of an object.
type field struct {
	name     string
	required bool
	secret   bool   // its value is never repeated to anyone
	clears   bool   // null empties it
	rules    string // validate tag without "required"
	items    string // what follows "dive" in it
	shape    *shape
}

// compileShape reads the type of a body. view, when not nil, is what callers
// see of the same object. It panics on what no body can be checked against.
func compileShape(check *validator.Validate, t, view reflect.Type) *shape {
	t = indirect(t)
	s := &shape{typ: t}
	switch {
	case t == rawType || t.Kind() == reflect.Interface || t.Kind() == reflect.Map:
		s.kind = kindAny
	case t.Kind() == reflect.Struct:
		s.kind = kindObject
		s.compileFields(check, view)
	case t.Kind() == reflect.Slice:
		s.kind, s.item = kindArray, compileShape(check, t.Elem(), nil)
	case t.Kind() == reflect.String:
		s.kind, s.enum = kindString, enumValues(t)
	case t.Kind() == reflect.Bool:
		s.kind = kindBoolean
	case reflect.Int <= t.Kind() && t.Kind() <= reflect.Float64 && t.Kind() != reflect.Uintptr:
		s.kind = kindNumber
	default:
		panic(fmt.Sprintf("a body cannot hold a %s", t))
	}
	return s
}

func (s *shape) compileFields(check *validator.Validate, view reflect.Type) {
	s.readable = map[string]bool{}
	seen := viewFields(view)
	for name := range seen {
		s.readable[name] = true
	}
	for _, f := range reflect.VisibleFields(s.typ) { // what several bodies have in common is embedded
		name := jsonName(f)
		if name == "-" || !f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct && f.Tag.Get("json") == "" {
			continue
		}
		if f.Tag.Get("json") == "" {
			panic(fmt.Sprintf("%s.%s has no json tag", s.typ, f.Name))
		}
		delete(s.readable, name)
		fs := field{name: name, secret: f.Tag.Get("secret") == "true", clears: clears(f), shape: compileShape(check, f.Type, seen[name])}
		fs.required, fs.rules, fs.items = splitRules(f.Tag.Get("validate"))
		tryRules(check, fs)
		s.fields = append(s.fields, fs)
	}
}

func (s *shape) field(name string) *field {
	for i := range s.fields {
		if s.fields[i].name == name {
			return &s.fields[i]
		}
	}
	return nil
}

// splitRules takes a validate tag apart. Whether a property is there is decided
// by the body, not by a Go zero value, so "required" and "omitempty" leave the rules.
func splitRules(tag string) (required bool, rules, items string) {
	tag, items, _ = strings.Cut(tag, "dive")
	var kept []string
	for rule := range strings.SplitSeq(tag, ",") {
		switch rule {
		case "required":
			required = true
		case "omitempty", "":
		default:
			kept = append(kept, rule)
		}
	}
	return required, strings.Join(kept, ","), strings.TrimPrefix(items, ",")
}

// tryRules panics on rules that the validator does not know or that do not fit the type.
func tryRules(check *validator.Validate, f field) {
	if f.rules != "" {
		_ = check.Var(reflect.Zero(f.shape.typ).Interface(), f.rules)
	}
	if f.items != "" {
		_ = check.Var(reflect.Zero(f.shape.item.typ).Interface(), f.items)
	}
}

// viewFields returns the JSON fields of a view and their types.
func viewFields(view reflect.Type) map[string]reflect.Type {
	found := map[string]reflect.Type{}
	if view = indirect(view); view == nil || view.Kind() != reflect.Struct {
		return found
	}
	for f := range view.Fields() {
		if f.Anonymous && f.Tag.Get("json") == "" {
			for name, t := range viewFields(f.Type) {
				found[name] = t
			}
		} else if name := jsonName(f); name != "-" {
			found[name] = f.Type
		}
	}
	return found
}

func indirect(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" {
		return f.Name
	}
	return name
}

// enumValues returns the values of an enumeration, nil for any other type.
func enumValues(t reflect.Type) []string {
	if !t.Implements(enumType) {
		return nil
	}
	return reflect.Zero(t).Interface().(enum).Values()
}
