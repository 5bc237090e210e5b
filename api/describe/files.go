package describe

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Where the documents are.
const (
	storePath   = "/redfish/v1/SchemaStore/"
	schemasPath = "/redfish/v1/schemas/"
)

// documents are all that a service says of itself, made once.
type documents struct {
	openapiJSON, openapiYAML []byte
	files                    []schemaFile
	json, csdl               map[string][]byte // by file name
}

// schemaFile is a schema that the service speaks (DSP0268, JsonSchemaFile).
type schemaFile struct {
	id        string // "ComputerSystem.v1_28_0"
	odataType string
	published string // where DMTF has it; empty: it is ours
	file      string // of ours, in SchemaStore
}

// library keeps the documents of each service.
type library struct {
	version string
	mu      sync.Mutex
	of      map[*redfish.Service]*documents
}

// documents returns those of the service that serves a request.
func (l *library) documents(req *redfish.Request) *documents {
	s := req.Service()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[s] == nil {
		l.of[s] = write(s, l.version)
	}
	return l.of[s]
}

func write(s *redfish.Service, version string) *documents {
	d := &documents{json: map[string][]byte{}, csdl: map[string][]byte{}}
	d.openapiJSON = encode(OpenAPI(s, version))
	d.openapiYAML = toYAML(d.openapiJSON)
	found := map[string]schemaFile{}
	for _, r := range s.Describe() {
		if published, ok := schemas.Schemas[r.Entity]; ok && r.View != nil {
			at := published.JSONSchemaOf(namespaceOf(r.Type))
			found[r.Type] = schemaFile{id: namespaceOf(r.Type), odataType: r.Type, published: at}
		}
	}
	for _, name := range []string{"ActionInfo", "Message"} {
		own := schemas.Schemas[name]
		found[own.Type()] = schemaFile{id: own.Namespace(), odataType: own.Type(), published: own.JSONSchema()}
	}
	for _, own := range ownSchemas(s) {
		found[own.odataType] = schemaFile{id: own.namespace(), odataType: own.odataType, file: own.jsonFile()}
		d.json[own.jsonFile()] = encode(own.jsonSchema(storePath + own.jsonFile()))
		d.csdl[own.csdlFile()] = own.csdl()
	}
	d.files = slices.SortedFunc(maps.Values(found), func(a, b schemaFile) int { return cmp.Compare(a.id, b.id) })
	return d
}

// encode returns JSON without HTML escapes. v is one of this package's own types, which always encode.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return buf.Bytes()
}

// toYAML writes JSON, which is YAML already, in the form that people read.
func toYAML(doc []byte) []byte {
	var node yaml.Node
	if err := yaml.Unmarshal(doc, &node); err != nil {
		panic(err) // of what encode has made
	}
	unfold(&node)
	out, err := yaml.Marshal(&node)
	if err != nil {
		panic(err)
	}
	return out
}

// unfold drops braces and needless quotes.
func unfold(n *yaml.Node) {
	n.Style &^= yaml.FlowStyle | yaml.DoubleQuotedStyle
	for _, child := range n.Content {
		unfold(child)
	}
}
