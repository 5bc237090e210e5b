package describe

import (
	"reflect"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// shared are the parts that operations have in common.
func shared() components {
	return components{
		Schemas:    map[string]*Schema{"RedfishError": errorSchema()},
		Parameters: parameters(),
		Responses: map[string]*response{
			"Error": {
				Description: "What was wrong (DSP0266, error responses).",
				Content:     map[string]media{applicationJSON: {&Schema{Ref: "#/components/schemas/RedfishError"}}},
			},
			"Accepted": {
				Description: "It takes time: the task, and at Location its monitor.",
				Headers:     map[string]*Parameter{"Location": {Schema: uri()}, "Retry-After": {Schema: &Schema{Type: Types{"integer"}}}},
				Content:     map[string]media{applicationJSON: {&Schema{Ref: "#/components/schemas/Task"}}},
			},
		},
		SecuritySchemes: map[string]securityScheme{
			"basic": {Type: "http", Scheme: "basic"},
			"token": {Type: "apiKey", In: "header", Name: "X-Auth-Token"},
		},
	}
}

func errorSchema() *Schema {
	info := shown(reflect.TypeFor[redfish.Info]())
	inner := object().with(map[string]*Schema{
		"code": text(), "message": text(), "@Message.ExtendedInfo": {Type: Types{"array"}, Items: info},
	})
	inner.Required = []string{"code", "message", "@Message.ExtendedInfo"}
	s := object().with(map[string]*Schema{"error": inner})
	s.Required = []string{"error"}
	return s
}

// parameters are the query parameters and headers, as DSP0266 has them.
func parameters() map[string]*Parameter {
	one, none := 1.0, 0.0
	query := func(name, description string, s *Schema) *Parameter {
		return &Parameter{Name: name, In: "query", Description: description, Schema: s}
	}
	flag := func(name, description string) *Parameter {
		p := query(name, description, &Schema{Type: Types{"string"}, Enum: []any{""}})
		p.AllowEmpty = true
		return p
	}
	count := func(least *float64) *Schema { return &Schema{Type: Types{"integer"}, Minimum: least} }
	return map[string]*Parameter{
		"expand": query("$expand", "Puts resources in place of references: * all, . those outside of Links, ~ those within.",
			&Schema{Type: Types{"string"}, Pattern: `^[*.~](\(\$levels=[1-9]\))?$`}),
		"filter":        query("$filter", "Members that it holds for: Name eq 'web1' and not (Status/Health eq 'OK').", text()),
		"select":        query("$select", "Properties to show, separated by commas: Name,Status/State.", text()),
		"skip":          query("$skip", "How many members to skip.", count(&none)),
		"top":           query("$top", "How many members to show at most.", count(&one)),
		"only":          flag("only", "The member itself, if the collection has exactly one."),
		"excerpt":       flag("excerpt", "The excerpt of the resource, if its schema has one."),
		"If-Match":      {Name: "If-Match", In: "header", Description: "Changes only what still has this ETag.", Schema: text()},
		"If-None-Match": {Name: "If-None-Match", In: "header", Description: "Answers 304 when it still has this ETag.", Schema: text()},
	}
}
