package describe

import (
	"reflect"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// resourceSchema is the schema of a resource as it is served.
func resourceSchema(d redfish.Description) *Schema {
	s := shown(d.View)
	for name := range d.Hidden {
		delete(s.Properties, name)
		s.Required = slices.DeleteFunc(s.Required, func(r string) bool { return r == name })
	}
	s.Title = d.Type
	s.Properties["@odata.id"] = uri()
	s.Properties["@odata.type"] = &Schema{Type: Types{"string"}, Const: d.Type}
	s.Required = append([]string{"@odata.id", "@odata.type"}, s.Required...)
	s.Properties["@Message.ExtendedInfo"] = &Schema{Type: Types{"array"}, Items: shown(reflect.TypeFor[redfish.Info]())}
	if d.Revised {
		s.Properties["@odata.etag"] = text()
	}
	if len(d.Actions) > 0 {
		s.Properties["Actions"] = actionsSchema(d)
	}
	if len(d.Oem) > 0 {
		s.Properties["Oem"] = oemSchema(d)
	}
	if d.Patch != nil {
		markWritable(s, d.Patch)
	}
	if d.Members != nil {
		s.Properties["Members"].Items = resourceSchema(*d.Members)
	}
	return s
}

// markWritable marks as read-only what a PATCH cannot change.
func markWritable(s *Schema, patch reflect.Type) {
	writable := map[string]bool{}
	for _, p := range propertiesOf(indirect(patch)) {
		writable[p.name] = true
	}
	for name, sub := range s.Properties {
		sub.ReadOnly = !writable[name]
	}
	annotateWritable(s, indirect(patch))
}

// annotateWritable adds the annotation that names what can be written, to the objects that have such properties.
func annotateWritable(s *Schema, patch reflect.Type) {
	for _, p := range propertiesOf(patch) {
		of, sub := indirect(p.typ), s.Properties[p.name]
		if of.Kind() == reflect.Slice && of != rawType {
			if of = indirect(of.Elem()); sub != nil {
				sub = sub.Items
			}
		}
		switch {
		case !open(of):
			s.Properties["@Redfish.WriteableProperties"] = &Schema{Type: Types{"array"}, Items: text(), ReadOnly: true}
		case sub != nil:
			annotateWritable(sub, of)
		}
	}
}

// actionsSchema is the schema of the Actions object. An action is there in the states in which it makes sense.
func actionsSchema(d redfish.Description) *Schema {
	standard, vendors := object(), object()
	for _, a := range d.Actions {
		if a.Oem {
			vendors.Properties[a.Key] = actionSchema(a)
		} else {
			standard.Properties[a.Key] = actionSchema(a)
		}
	}
	if len(vendors.Properties) > 0 {
		standard.Properties["Oem"] = vendors
	}
	return standard
}

func actionSchema(a redfish.ActionDescription) *Schema {
	s := object().with(map[string]*Schema{"target": uri()})
	s.Required = []string{"target"}
	if a.Info != "" {
		s.Properties["@Redfish.ActionInfo"] = uri()
	}
	for _, p := range propertiesOf(indirect(a.Params)) {
		if values := enumOf(indirect(p.typ)); values != nil {
			s.Properties[p.name+"@Redfish.AllowableValues"] = &Schema{Type: Types{"array"}, Items: plain(indirect(p.typ), shown)}
		}
	}
	return s
}

// oemSchema is the schema of the Oem object: one section per vendor.
func oemSchema(d redfish.Description) *Schema {
	s := object()
	for _, o := range d.Oem {
		section := &Schema{Type: Types{"object"}}
		if o.View != nil && o.View.Kind() == reflect.Struct {
			section = shown(o.View)
		}
		if own := section.Properties["@odata.type"]; own != nil && o.Type != "" {
			own.Const = o.Type
		}
		s.Properties[o.Vendor] = section.orNull()
	}
	return s
}

// entityOf returns the schema's name in an @odata.type.
func entityOf(odataType string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(odataType, "#"), ".")
	return name
}

// namespaceOf returns "ComputerSystem.v1_28_0" of an @odata.type.
func namespaceOf(odataType string) string {
	whole := strings.TrimPrefix(odataType, "#")
	return whole[:max(strings.LastIndexByte(whole, '.'), 0)]
}
