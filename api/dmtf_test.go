package api_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

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
