package describe

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// ownSchema is a schema that DMTF has not published: a resource's, or a vendor's section's.
type ownSchema struct {
	name       string // "HawkFishHost"
	odataType  string
	paths      []string // of a resource
	collection string   // @odata.type of a collection's members
	shown      *Schema  // as it is served
	view       reflect.Type
	create     bool
	patch      reflect.Type
	delete     bool
	offers     []redfish.ActionDescription // the actions of the resource itself
	actions    []ownAction                 // of any resource, which this schema defines
}

type ownAction struct {
	name   string // "Resume"
	on     string // the namespace of what it is done to: "Task.v1_7_4"
	oem    bool
	params reflect.Type
}

// group names the type that holds the action.
func (a ownAction) group() string {
	if a.oem {
		return "OemActions"
	}
	return "Actions"
}

func (o ownSchema) namespace() string { return namespaceOf(o.odataType) }
func (o ownSchema) versioned() bool   { return strings.Contains(o.namespace(), ".") }
func (o ownSchema) resource() bool    { return len(o.paths) > 0 }
func (o ownSchema) jsonFile() string  { return o.namespace() + ".json" }
func (o ownSchema) csdlFile() string  { return o.name + "_v1.xml" }

// ownSchemas lists a service's schemas that are not DMTF's, by name.
func ownSchemas(s *redfish.Service) []ownSchema {
	found := map[string]ownSchema{}
	all := s.Describe()
	types := map[string]string{}
	for _, d := range all {
		types[d.Name] = d.Type
	}
	for _, d := range all {
		if d.View == nil {
			continue
		}
		if _, published := schemas.Schemas[d.Entity]; !published {
			found[d.Entity] = ownSchema{
				name: d.Entity, odataType: d.Type, paths: append([]string{d.Path}, d.Aliases...), shown: resourceSchema(d), view: d.View,
				create: d.Create != nil, patch: d.Patch, delete: d.Delete, offers: d.Actions,
			}
			if d.Collection {
				own := found[d.Entity]
				own.collection = types[d.Of]
				found[d.Entity] = own
			}
		}
		for _, o := range d.Oem {
			if o.Type != "" && o.View != nil {
				section := shown(o.View)
				section.Title = o.Type
				section.Properties["@odata.type"] = &Schema{Type: Types{"string"}, Const: o.Type}
				found[entityOf(o.Type)] = ownSchema{name: entityOf(o.Type), odataType: o.Type, shown: section, view: o.View}
			}
		}
	}
	for _, d := range all {
		for _, a := range d.Actions {
			name, action, _ := strings.Cut(strings.TrimPrefix(a.Key, "#"), ".")
			if own, ok := found[name]; ok {
				own.actions = append(own.actions, ownAction{action, namespaceOf(d.Type), a.Oem, a.Params})
				found[name] = own
			}
		}
	}
	sorted := make([]ownSchema, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		sorted = append(sorted, found[name])
	}
	return sorted
}

// jsonSchema is the document of a schema of our own. at is where it is served.
func (o ownSchema) jsonSchema(at string) *Schema {
	s := *o.shown
	s.Dialect, s.ID = "https://json-schema.org/draft/2020-12/schema", at
	s.Properties = maps.Clone(s.Properties)
	if _, ok := s.Properties["@odata.type"]; ok && s.Title == "" {
		s.Title = o.odataType
	}
	return &s
}
