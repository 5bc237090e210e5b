package describe

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	linkType = reflect.TypeFor[redfish.Link]()
	enumType = reflect.TypeFor[interface{ Values() []string }]()
)

// property is one property of a Go struct as encoding/json sees it.
type property struct {
	name     string
	typ      reflect.Type
	optional bool // left out when empty
	rules    string
	secret   bool
	clears   bool // null empties it
}

// propertiesOf lists the properties of a struct. Embedded structs are part of it.
func propertiesOf(t reflect.Type) []property {
	var all []property
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case f.Anonymous && tag == "":
			all = append(all, propertiesOf(indirect(f.Type))...)
		case name == "-" || !f.IsExported():
		default:
			if name == "" {
				name = f.Name
			}
			all = append(all, property{
				name: name, typ: f.Type, rules: f.Tag.Get("validate"), secret: f.Tag.Get("secret") == "true",
				clears:   f.Tag.Get("null") == "clears",
				optional: strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero"),
			})
		}
	}
	return all
}

func indirect(t reflect.Type) reflect.Type {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

func enumOf(t reflect.Type) []string {
	if !t.Implements(enumType) {
		return nil
	}
	return reflect.Zero(t).Interface().(interface{ Values() []string }).Values()
}

// shown is the schema of what callers see of a type.
func shown(t reflect.Type) *Schema {
	if t.Kind() == reflect.Pointer {
		return shown(indirect(t)).orNull()
	}
	s := plain(t, shown)
	if !open(t) {
		return s
	}
	for _, p := range propertiesOf(t) {
		of := p.typ
		if p.optional {
			of = indirect(of)
		} else {
			s.Required = append(s.Required, p.name)
		}
		s.Properties[p.name] = shown(of)
	}
	return s
}

// sent is the schema of a body that a type is decoded from, with its rules.
func sent(t reflect.Type) *Schema {
	t = indirect(t)
	s := plain(t, sent)
	if !open(t) {
		return s
	}
	s.Patterns = map[string]*Schema{"^@odata\\.": {}} // ignored (DSP0266, "Request body")
	for _, p := range propertiesOf(t) {
		own, items, _ := strings.Cut(p.rules, "dive")
		rules := strings.Split(own, ",")
		if slices.Contains(rules, "required") {
			s.Required = append(s.Required, p.name)
		}
		of := sent(p.typ)
		of.obey(rules)
		if of.Items != nil {
			of.Items.obey(strings.Split(items, ","))
		}
		of.WriteOnly = p.secret
		if p.clears {
			of = of.orNull()
		}
		s.Properties[p.name] = of
	}
	return s
}

// plain is the schema of a type; element is asked for the types within it.
func plain(t reflect.Type, element func(reflect.Type) *Schema) *Schema {
	switch {
	case t == timeType:
		return &Schema{Type: Types{"string"}, Format: "date-time"}
	case t == linkType:
		s := object().with(map[string]*Schema{"@odata.id": uri()})
		s.Required = []string{"@odata.id"}
		return s
	case t == rawType || t.Kind() == reflect.Interface:
		return &Schema{}
	}
	switch t.Kind() {
	case reflect.Struct:
		return object()
	case reflect.Map:
		return &Schema{Type: Types{"object"}, Additional: element(t.Elem())}
	case reflect.Slice, reflect.Array:
		return &Schema{Type: Types{"array"}, Items: element(t.Elem())}
	case reflect.Bool:
		return &Schema{Type: Types{"boolean"}}
	case reflect.Float32, reflect.Float64:
		return &Schema{Type: Types{"number"}}
	case reflect.String:
		s := text()
		for _, v := range enumOf(t) {
			s.Enum = append(s.Enum, v)
		}
		return s
	}
	return &Schema{Type: Types{"integer"}}
}

// open reports whether the properties of a type are to be listed.
func open(t reflect.Type) bool { return t.Kind() == reflect.Struct && t != timeType && t != linkType }
