package api_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/projectbeskar/hawkfish/api/describe"
	"github.com/projectbeskar/hawkfish/api/redfish"
)

// Every reply of the tests of this package is compared with the service's own schemas and, where they are at hand, with
// DMTF's. HAWKFISH_DMTF_DIR says where; they are never part of the project.

// ownSchemas are the schemas that the service publishes of itself, compiled.
type ownSchemas struct {
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	doc      *describe.Document
	compiled map[string]*jsonschema.Schema
}

var own = &ownSchemas{compiled: map[string]*jsonschema.Schema{}}

const ownDocument = "https://hawkfish.test/openapi.json"

// schema returns what a JSON pointer of the OpenAPI document leads to.
func (o *ownSchemas) schema(t *testing.T, tree *redfish.Service, pointer string) *jsonschema.Schema {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.compiler == nil {
		o.doc = describe.OpenAPI(tree, "test")
		body, err := json.Marshal(o.doc)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		o.compiler = jsonschema.NewCompiler()
		o.compiler.AssertFormat()
		if err := o.compiler.AddResource(ownDocument, doc); err != nil {
			t.Fatal(err)
		}
	}
	s := o.compiled[pointer]
	if s == nil {
		var err error
		if s, err = o.compiler.Compile(ownDocument + "#" + pointer); err != nil {
			t.Fatalf("the schema at %s: %v", pointer, err)
		}
		o.compiled[pointer] = s
	}
	return s
}

// checkReply compares a reply with the schemas of what it is.
func (s *service) checkReply(op *redfish.Operation, req *redfish.Request, reply redfish.Reply) {
	s.t.Helper()
	if reply.ContentType != "" && reply.ContentType != "application/json" || len(reply.Body) == 0 {
		return
	}
	name := op.Method + " " + req.Path
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(reply.Body))
	if err != nil {
		s.t.Errorf("%s answers no JSON: %v: %s", name, err, reply.Body)
		return
	}
	doc, _ := value.(map[string]any)
	odataType, _ := doc["@odata.type"].(string)
	switch {
	case reply.Status >= 400:
		s.conforms(name, "/components/schemas/RedfishError", value)
	case odataType != "" && req.RawQuery == "":
		for _, d := range s.tree.Describe() {
			id, _ := doc["@odata.id"].(string)
			if d.Type == odataType && d.View != nil && match(d.Path, id, &redfish.Request{}) { // one type may be of several resources
				s.conforms(name, "/components/schemas/"+d.Name, value)
			}
		}
		dmtf().conforms(s.t, name, odataType, value)
	}
	if reply.Status < 400 && op.Body != nil && len(req.Body) > 0 {
		if body, err := jsonschema.UnmarshalJSON(bytes.NewReader(req.Body)); err == nil {
			path := strings.NewReplacer("~", "~0", "/", "~1").Replace(op.Path)
			s.conforms("the body of "+name, "/paths/"+path+"/"+strings.ToLower(op.Method)+"/requestBody/content/application~1json/schema", body)
		}
	}
}

func (s *service) conforms(name, pointer string, value any) {
	s.t.Helper()
	if err := own.schema(s.t, s.tree, pointer).Validate(value); err != nil {
		s.t.Errorf("%s is not as our schema says: %v\n%v", name, err, value)
	}
}

// What the service says of itself is one document, whole and without contradictions.
func TestOpenAPIDocument(t *testing.T) {
	t.Parallel()
	s := newService(t)
	doc, _ := s.must(200, nil, "GET", "/redfish/v1/openapi.json", "")
	paths := doc["paths"].(map[string]any)
	ids := map[string]bool{}
	for _, op := range s.tree.Operations() {
		at, _ := paths[op.Path].(map[string]any)
		o, _ := at[strings.ToLower(op.Method)].(map[string]any)
		if o == nil {
			t.Errorf("%s %s is served but not described", op.Method, op.Path)
			continue
		}
		id := o["operationId"].(string)
		if ids[id] {
			t.Errorf("%s is twice the id of an operation", id)
		}
		ids[id] = true
		if op.Body != nil {
			path := strings.NewReplacer("~", "~0", "/", "~1").Replace(op.Path)
			own.schema(t, s.tree, "/paths/"+path+"/"+strings.ToLower(op.Method)+"/requestBody/content/application~1json/schema")
		}
	}
	for _, d := range s.tree.Describe() {
		if d.View != nil {
			own.schema(t, s.tree, "/components/schemas/"+d.Name)
		}
		for _, o := range d.Oem {
			if o.View == nil || o.Type == "" {
				t.Errorf("the section %s of %s has no type that can be described: it must be a struct with an @odata.type, for a zero state, too", o.Vendor, d.Name)
			}
		}
	}
	body, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := openapi3.NewLoader().LoadFromData(body)
	if err == nil {
		err = loaded.Validate(t.Context())
	}
	if err != nil {
		t.Errorf("others do not take it for OpenAPI: %v", err)
	}
	yaml := s.as(nil, "GET", "/redfish/v1/openapi.yaml", "")
	if yaml.Status != http.StatusOK || yaml.ContentType != "application/yaml" || !strings.HasPrefix(string(yaml.Body), "openapi: 3.1.0\n") {
		t.Errorf("%d %s %.40s", yaml.Status, yaml.ContentType, yaml.Body)
	}
}

// A check that lets everything pass would be none.
func TestSchemasAreStrict(t *testing.T) {
	t.Parallel()
	s := newService(t)
	reply := s.as(admin, "GET", "/redfish/v1/Systems/"+s.provision("web1"), "")
	wrong, err := jsonschema.UnmarshalJSON(bytes.NewReader(bytes.Replace(reply.Body, []byte(`"SystemType":"Virtual"`), []byte(`"SystemType":"Sleepy","Nope":1`), 1)))
	if err != nil {
		t.Fatal(err)
	}
	if own.schema(t, s.tree, "/components/schemas/ComputerSystem").Validate(wrong) == nil {
		t.Error("our schema takes anything")
	}
	d := dmtf()
	if d.folder == "" {
		t.Skip("DMTF's schemas are not at hand")
	}
	compiled, err := d.compiler.Compile(dmtfAddress + "ComputerSystem.v1_28_0.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(wrong); err == nil || !strings.Contains(err.Error(), "Nope") || !strings.Contains(err.Error(), "SystemType") {
		t.Errorf("DMTF's schema: %v", err)
	}
}

// Every schema of our own that is referred to is served, and is one.
func TestOwnSchemasAreServed(t *testing.T) {
	t.Parallel()
	s := newService(t)
	doc, _ := s.must(200, viewer, "GET", "/redfish/v1/JsonSchemas?$expand=.", "")
	ours := 0
	for _, m := range doc["Members"].([]any) {
		file := m.(map[string]any)
		location := file["Location"].([]any)[0].(map[string]any)
		uri, own := location["Uri"].(string)
		if !own {
			if published, _ := location["PublicationUri"].(string); !strings.HasPrefix(published, "http://redfish.dmtf.org/schemas/") {
				t.Errorf("%v is nowhere", file)
			}
			continue
		}
		ours++
		reply := s.as(viewer, "GET", uri, "")
		schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(reply.Body))
		if err != nil {
			t.Fatalf("%s: %d %v", uri, reply.Status, err)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource("https://hawkfish.test"+uri, schema); err != nil {
			t.Fatal(err)
		}
		if _, err := compiler.Compile("https://hawkfish.test" + uri); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
		if title := schema.(map[string]any)["title"]; title != file["Schema"] {
			t.Errorf("%s is called %v, not %v", uri, title, file["Schema"])
		}
	}
	var metadata struct {
		References []struct {
			URI string `xml:"Uri,attr"`
		} `xml:"Reference"`
	}
	if err := xml.Unmarshal(s.as(nil, "GET", "/redfish/v1/$metadata", "").Body, &metadata); err != nil {
		t.Fatal(err)
	}
	referred := 0
	for _, r := range metadata.References {
		if !strings.HasPrefix(r.URI, "/") {
			continue
		}
		referred++
		reply := s.as(nil, "GET", r.URI, "")
		var csdl struct {
			Schemas []struct {
				Namespace string `xml:"Namespace,attr"`
			} `xml:"DataServices>Schema"`
		}
		if err := xml.Unmarshal(reply.Body, &csdl); err != nil || len(csdl.Schemas) == 0 || !strings.Contains(r.URI, "/"+csdl.Schemas[0].Namespace+"_v1.xml") {
			t.Errorf("%s: %d %v %v", r.URI, reply.Status, err, csdl)
		}
	}
	if ours < 8 || referred != ours {
		t.Errorf("%d schemas of our own, %d referred to in $metadata", ours, referred)
	}
}
