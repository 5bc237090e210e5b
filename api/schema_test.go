package api_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"os"
	"path/filepath"
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

// dmtfSchemas are DMTF's.
type dmtfSchemas struct {
	folder   string // empty: they are not at hand
	mu       sync.Mutex
	compiler *jsonschema.Compiler
	docs     map[string]any // by file name
}

const dmtfAddress = "http://redfish.dmtf.org/schemas/v1/"

var dmtf = sync.OnceValue(func() *dmtfSchemas {
	d := &dmtfSchemas{folder: os.Getenv("HAWKFISH_DMTF_DIR"), docs: map[string]any{}, compiler: jsonschema.NewCompiler()}
	if d.folder == "" {
		d.folder = "../../shared/dmtf"
	}
	d.folder = filepath.Join(d.folder, "json-schema")
	if _, err := os.Stat(d.folder); err != nil {
		d.folder = ""
	}
	d.compiler.DefaultDraft(jsonschema.Draft7)
	d.compiler.UseLoader(d)
	return d
})

// conforms compares a resource with DMTF's schema of its type, if there is one.
func (d *dmtfSchemas) conforms(t *testing.T, name, odataType string, value any) {
	t.Helper()
	whole := strings.TrimPrefix(odataType, "#")
	file := whole[:strings.LastIndexByte(whole, '.')] + ".json"
	if d.folder == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if base, _, _ := strings.Cut(file, "."); d.read(file) == nil { // an older version, of which a newer one takes all
		newest, _ := filepath.Glob(filepath.Join(d.folder, base+".v*.json"))
		if len(newest) != 1 {
			return
		}
		file = filepath.Base(newest[0])
	}
	if d.read(file) == nil {
		return
	}
	s, err := d.compiler.Compile(dmtfAddress + file)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%s is not as DMTF's %s says: %v\n%v", name, file, err, value)
	}
}

// Load implements jsonschema.URLLoader.
func (d *dmtfSchemas) Load(url string) (any, error) {
	if doc := d.read(strings.TrimPrefix(url, dmtfAddress)); doc != nil {
		return doc, nil
	}
	return nil, os.ErrNotExist
}

// read returns a document without what it refers to in vain: the folder holds the newest version of each schema alone.
func (d *dmtfSchemas) read(file string) any {
	file = filepath.Base(file) // those of storage lie in a folder of their own
	if doc, ok := d.docs[file]; ok {
		return doc
	}
	d.docs[file] = nil
	path := filepath.Join(d.folder, file)
	if newest, err := filepath.Glob(strings.TrimSuffix(path, ".json") + ".v*.json"); err == nil && len(newest) == 1 {
		path = newest[0]
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return nil
	}
	d.docs[file] = doc
	object := doc.(map[string]any)
	name := strings.TrimSuffix(file, ".json")
	if all, _ := object["definitions"].(map[string]any); filepath.Base(path) != file && all[name] != nil {
		// Without a version it is a choice between those with one and a reference; the newest stands for all.
		all[name] = map[string]any{"anyOf": []any{map[string]any{"$ref": dmtfAddress + "odata-v4.json#/definitions/idRef"}, all[name]}}
	}
	delete(object, "$schema") // a dialect of DMTF's, which is draft 7 with more annotations
	d.cut(doc)
	return doc
}

// cut drops references that lead nowhere: from a choice, if another one is left, else what refers is anything.
func (d *dmtfSchemas) cut(v any) {
	switch v := v.(type) {
	case []any:
		for _, sub := range v {
			d.cut(sub)
		}
	case map[string]any:
		waive(v)
		if choice, ok := v["anyOf"].([]any); ok {
			var left []any
			for _, one := range choice {
				if !d.dangles(one) {
					left = append(left, one)
				}
			}
			if v["anyOf"] = left; len(left) == 0 || len(left) == 1 && isNull(left[0]) && len(choice) > 1 {
				delete(v, "anyOf")
			}
		}
		for name, sub := range v {
			if d.dangles(sub) {
				v[name] = map[string]any{}
				continue
			}
			d.cut(sub)
		}
	}
}

// waive no longer requires properties that are deprecated.
func waive(schema map[string]any) {
	properties, _ := schema["properties"].(map[string]any)
	required, _ := schema["required"].([]any)
	var kept []any
	for _, name := range required {
		property, _ := properties[name.(string)].(map[string]any)
		if property["deprecated"] == nil {
			kept = append(kept, name)
		}
	}
	if len(kept) < len(required) {
		schema["required"] = kept
	}
}

func isNull(v any) bool {
	m, _ := v.(map[string]any)
	return m["type"] == "null"
}

func (d *dmtfSchemas) dangles(v any) bool {
	m, _ := v.(map[string]any)
	ref, _ := m["$ref"].(string)
	address, pointer, _ := strings.Cut(ref, "#")
	if address == "" {
		return false
	}
	var at any = d.read(strings.TrimPrefix(address, dmtfAddress))
	for name := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		object, _ := at.(map[string]any)
		if name != "" {
			at = object[name]
		}
	}
	return at == nil
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
