package main

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// excerptFile lists the properties that make up the excerpt of a resource (DSP0266, "excerpt query parameter").
func excerptFile(csdl map[string]csdlFile) *source {
	var table source
	for _, name := range slices.Sorted(maps.Keys(csdl)) {
		if properties := csdl[name].excerpt(name); len(properties) > 0 {
			quoted := make([]string, len(properties))
			for i, p := range properties {
				quoted[i] = strconv.Quote(p)
			}
			table.line("%q: {%s},", name, strings.Join(quoted, ", "))
		}
	}
	src := newSource()
	src.doc("Excerpts holds, per schema that has one, the properties of its excerpt.")
	src.line("var Excerpts = map[string][]string{\n%s}", table.text.String())
	return src
}

// excerpt returns the properties of a resource, in any of its versions, that are in its excerpt.
func (f csdlFile) excerpt(name string) []string {
	var found []string
	for _, s := range f.Schemas {
		for _, t := range s.EntityTypes {
			if t.Name != name {
				continue
			}
			for _, p := range t.Properties {
				if p.annotated("Redfish.Excerpt") && !slices.Contains(found, p.Name) {
					found = append(found, p.Name)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

func (p csdlProperty) annotated(term string) bool {
	return slices.ContainsFunc(p.Annotations, func(a csdlAnnotation) bool { return a.Term == term })
}
