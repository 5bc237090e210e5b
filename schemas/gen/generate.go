package main

import (
	"fmt"
	"maps"
)

// generate returns the generated files by name.
func generate(dmtf string) (map[string][]byte, error) {
	csdl, err := readCSDL(dmtf)
	if err != nil {
		return nil, err
	}
	enums, err := enumFiles(csdl)
	if err != nil {
		return nil, err
	}
	registries, err := registryFiles(dmtf)
	if err != nil {
		return nil, err
	}
	privileges, err := privilegeFile(dmtf, csdl)
	if err != nil {
		return nil, err
	}
	versions, err := versionFile(dmtf, csdl)
	if err != nil {
		return nil, err
	}
	single := map[string]*source{"privileges_gen.go": privileges, "versions_gen.go": versions, "excerpts_gen.go": excerptFile(csdl)}
	files := map[string][]byte{}
	for _, part := range []map[string]*source{enums, registries, single} {
		for name, src := range maps.All(part) {
			if files[name], err = src.formatted(); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return files, nil
}
