package describe

import (
	"reflect"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// Document is an OpenAPI 3.1 document.
type Document struct {
	OpenAPI    string                           `json:"openapi"`
	Info       documentInfo                     `json:"info"`
	Tags       []documentTag                    `json:"tags"`
	Security   []map[string][]string            `json:"security"`
	Paths      map[string]map[string]*Operation `json:"paths"`
	Components components                       `json:"components"`
}

type documentInfo struct {
	Title       string  `json:"title"`
	Version     string  `json:"version"`
	Description string  `json:"description"`
	License     license `json:"license"`
}

type license struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier"`
}

type documentTag struct {
	Name string `json:"name"`
}

// Operation is one method on one path.
type Operation struct {
	ID         string                 `json:"operationId"`
	Summary    string                 `json:"summary"`
	Tags       []string               `json:"tags"`
	Parameters []*Parameter           `json:"parameters,omitempty"`
	Body       *content               `json:"requestBody,omitempty"`
	Responses  map[string]*response   `json:"responses"`
	Security   *[]map[string][]string `json:"security,omitempty"`
	Privileges [][]string             `json:"x-redfish-privileges,omitempty"` // any of these sets
}

// Parameter is part of a path, a query or the headers.
type Parameter struct {
	Ref         string  `json:"$ref,omitempty"`
	Name        string  `json:"name,omitempty"`
	In          string  `json:"in,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Description string  `json:"description,omitempty"`
	AllowEmpty  bool    `json:"allowEmptyValue,omitempty"`
	Schema      *Schema `json:"schema,omitempty"`
}

type content struct {
	Required bool             `json:"required,omitempty"`
	Content  map[string]media `json:"content"`
}

type media struct {
	Schema *Schema `json:"schema,omitempty"`
}

type response struct {
	Ref         string                `json:"$ref,omitempty"`
	Description string                `json:"description,omitempty"`
	Headers     map[string]*Parameter `json:"headers,omitempty"`
	Content     map[string]media      `json:"content,omitempty"`
}

type components struct {
	Schemas         map[string]*Schema        `json:"schemas"`
	Parameters      map[string]*Parameter     `json:"parameters"`
	Responses       map[string]*response      `json:"responses"`
	SecuritySchemes map[string]securityScheme `json:"securitySchemes"`
}

type securityScheme struct {
	Type   string `json:"type"`
	Scheme string `json:"scheme,omitempty"`
	In     string `json:"in,omitempty"`
	Name   string `json:"name,omitempty"`
}

const applicationJSON = "application/json"

// OpenAPI describes everything that a service serves, and nothing else. version is HawkFish's.
func OpenAPI(s *redfish.Service, version string) *Document {
	doc := &Document{
		OpenAPI: "3.1.0",
		Info: documentInfo{
			Title: "HawkFish", Version: version, License: license{"Apache 2.0", "Apache-2.0"},
			Description: "A Redfish service (DSP0266) for virtual machines. HEAD is served wherever GET is.",
		},
		Security:   []map[string][]string{{"token": {}}, {"basic": {}}},
		Paths:      map[string]map[string]*Operation{},
		Components: shared(),
	}
	for _, d := range s.Describe() {
		if d.View != nil {
			doc.Components.Schemas[d.Name] = resourceSchema(d)
		}
	}
	if doc.Components.Schemas["Task"] == nil { // nothing takes time
		doc.Components.Schemas["Task"] = object()
	}
	var tags []string
	for _, op := range s.Operations() {
		doc.add(op)
		if tag := tagOf(op); !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	slices.Sort(tags)
	for _, tag := range tags {
		doc.Tags = append(doc.Tags, documentTag{tag})
	}
	return doc
}

func (doc *Document) add(op *redfish.Operation) {
	if doc.Paths[op.Path] == nil {
		doc.Paths[op.Path] = map[string]*Operation{}
	}
	d := op.Describe()
	o := &Operation{
		ID: operationID(op), Summary: op.Summary, Tags: []string{tagOf(op)},
		Parameters: parametersOf(op, d), Responses: responsesOf(op, d),
	}
	if op.Body != nil {
		o.Body = &content{Content: map[string]media{applicationJSON: {sent(op.Body)}}}
		o.Body.Required = len(o.Body.Content[applicationJSON].Schema.Required) > 0
	}
	for _, set := range op.Needs {
		names := make([]string, len(set))
		for i, p := range set {
			names[i] = string(p)
		}
		o.Privileges = append(o.Privileges, names)
	}
	if op.Needs.Anonymous() {
		o.Security = &[]map[string][]string{}
	}
	doc.Paths[op.Path][strings.ToLower(op.Method)] = o
}

// tagOf says which operations are shown together: those of an entity, or of the documents that are none.
func tagOf(op *redfish.Operation) string {
	if op.Entity == "" {
		return "Documents"
	}
	return op.Entity
}

// operationID names an operation after its method and path: "GET_Systems_id".
func operationID(op *redfish.Operation) string {
	path := strings.TrimPrefix(op.Path, strings.TrimSuffix(redfish.Root, "/"))
	words := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune("/{}.$", r) })
	return strings.Join(append([]string{op.Method}, words...), "_")
}

func parametersOf(op *redfish.Operation, d redfish.Description) []*Parameter {
	var all []*Parameter
	for rest := op.Path; ; {
		_, after, found := strings.Cut(rest, "{")
		if !found {
			break
		}
		name, tail, _ := strings.Cut(after, "}")
		all = append(all, &Parameter{Name: name, In: "path", Required: true, Schema: text()})
		rest = tail
	}
	for _, name := range op.Queries() {
		all = append(all, &Parameter{Ref: "#/components/parameters/" + strings.TrimPrefix(name, "$")})
	}
	switch {
	case !d.Revised:
	case op.Method == "GET":
		all = append(all, &Parameter{Ref: "#/components/parameters/If-None-Match"})
	case !d.Collection:
		all = append(all, &Parameter{Ref: "#/components/parameters/If-Match"})
	}
	return all
}

// responsesOf lists what an operation can answer. Operations that take time answer 202 with the task.
func responsesOf(op *redfish.Operation, d redfish.Description) map[string]*response {
	all := map[string]*response{"default": {Ref: "#/components/responses/Error"}}
	accepted := &response{Ref: "#/components/responses/Accepted"}
	done := &response{Description: "Done."}
	own := func(name string) *response {
		return &response{Description: "The resource.", Content: map[string]media{applicationJSON: {&Schema{Ref: "#/components/schemas/" + name}}}}
	}
	switch {
	case op.Method == "GET" && d.View == nil:
		all["200"] = &response{Description: "The document."}
		all["202"] = accepted
	case op.Method == "GET" && op.ReplyType != d.View:
		all["200"] = &response{Description: "The resource.", Content: map[string]media{applicationJSON: {described(op.ReplyType)}}}
	case op.Method == "GET":
		all["200"] = own(d.Name)
		if d.Revised {
			all["304"] = &response{Description: "It is what the caller has."}
		}
	case op.Method == "PATCH":
		all["200"], all["202"] = own(d.Name), accepted
	case op.Method == "DELETE":
		all["202"], all["204"] = accepted, done
	case op.Method == "POST" && d.Collection:
		all["201"], all["202"] = own(d.Of), accepted
		all["201"].Description = "What has been made."
	default:
		all["200"], all["202"], all["204"] = &response{Description: "The outcome.", Content: map[string]media{applicationJSON: {&Schema{Type: Types{"object"}}}}}, accepted, done
	}
	return all
}

// described is the schema of a resource that the kit itself shows, with its own @odata properties.
func described(t reflect.Type) *Schema {
	s := shown(t)
	s.Additional = nil
	return s
}
