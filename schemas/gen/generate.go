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
	sources, err := enumFiles(csdl)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for name, src := range maps.All(sources) {
		if files[name], err = src.formatted(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return files, nil
}
