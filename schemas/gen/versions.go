package main

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Folders of canonical addresses, and what package schemas calls them.
var folders = map[string]string{
	"http://redfish.dmtf.org/schemas/v1/":           "redfishFolder",
	"http://redfish.dmtf.org/schemas/swordfish/v1/": "swordfishFolder",
}

const redfishFolder = "http://redfish.dmtf.org/schemas/v1/"

// versionFile lists every schema with its newest version, and declares the
// @odata.type of every schema that is a resource's.
func versionFile(dmtf string, csdl map[string]csdlFile) (*source, error) {
	addresses := referenced(csdl)
	var types, table source
	for _, name := range slices.Sorted(maps.Keys(csdl)) {
		namespace, version, err := newest(name, csdl[name])
		if err != nil {
			return nil, err
		}
		folder, ok := folders[addresses[name]]
		if !ok {
			return nil, fmt.Errorf("%s: unknown folder %q", name, addresses[name])
		}
		if err := checkJSONSchema(dmtf, name, namespace); err != nil {
			return nil, err
		}
		table.line("%q: {%q, %q, %s},", name, name, version, folder)
		if csdl[name].declares(namespace, name) {
			types.line("Type%s = %q", name, "#"+namespace+"."+name)
		}
	}
	src := newSource()
	src.doc("The @odata.type of every resource, in the newest version of its schema.")
	src.line("const (\n%s)\n", types.text.String())
	src.doc("Schemas holds every schema of DSP8010 by name.")
	src.line("var Schemas = map[string]Schema{\n%s}", table.text.String())
	return src, nil
}

// referenced finds each schema's folder in the references of the others. One
// that no other refers to lies where most do.
func referenced(csdl map[string]csdlFile) map[string]string {
	addresses := map[string]string{}
	for name := range csdl {
		addresses[name] = redfishFolder
	}
	for _, f := range csdl {
		for _, ref := range f.References {
			folder, file := path.Split(ref.URI)
			if i := strings.LastIndex(file, "_v"); i > 0 {
				if _, ok := addresses[file[:i]]; ok {
					addresses[file[:i]] = folder
				}
			}
		}
	}
	return addresses
}

// newest returns a schema's namespace of the highest version; version is empty when it has none.
func newest(name string, f csdlFile) (namespace, version string, err error) {
	namespace = name
	var best [3]int
	for _, s := range f.Schemas {
		var v [3]int
		suffix, ok := strings.CutPrefix(s.Namespace, name+".")
		if !ok {
			continue
		}
		if _, err := fmt.Sscanf(suffix, "v%d_%d_%d", &v[0], &v[1], &v[2]); err != nil {
			return "", "", fmt.Errorf("namespace %s: %w", s.Namespace, err)
		}
		if slices.Compare(v[:], best[:]) > 0 {
			best, namespace, version = v, s.Namespace, suffix
		}
	}
	return namespace, version, nil
}

// declares reports whether a namespace has a type: one of the schema's own name is a resource's.
func (f csdlFile) declares(namespace, name string) bool {
	for _, s := range f.Schemas {
		if s.Namespace != namespace {
			continue
		}
		for _, t := range slices.Concat(s.EntityTypes, s.ComplexTypes) {
			if t.Name == name {
				return true
			}
		}
	}
	return false
}

// checkJSONSchema makes sure that CSDL and JSON Schema are of one release.
// Not every schema comes as JSON Schema.
func checkJSONSchema(dmtf, name, namespace string) error {
	found, err := filepath.Glob(filepath.Join(dmtf, "json-schema", name+".*json"))
	if err != nil || len(found) == 0 {
		return err
	}
	if _, err := os.Stat(filepath.Join(dmtf, "json-schema", namespace+".json")); err != nil {
		return fmt.Errorf("csdl/ has %s, json-schema/ has %s", namespace, filepath.Base(found[0]))
	}
	return nil
}
