package main

import (
	"fmt"
	"slices"
	"strings"
)

// enumFiles writes one file of enumerations per topic.
func enumFiles(csdl map[string]csdlFile) (map[string]*source, error) {
	files := map[string]*source{}
	for _, topic := range enumTopics {
		src := newSource()
		for _, e := range topic.enums {
			members, err := findEnum(csdl, e)
			if err != nil {
				return nil, err
			}
			writeEnum(src, e, members)
		}
		files["enums_"+topic.name+"_gen.go"] = src
	}
	return files, nil
}

// findEnum looks a type up in every version of its schema. The standard adds
// members to a type in place, so that it is in one namespace only.
func findEnum(csdl map[string]csdlFile, e enum) ([]member, error) {
	var found [][]member
	for _, s := range csdl[e.schema].Schemas {
		for _, t := range slices.Concat(s.Enums, s.Definitions) {
			if members := t.members(); t.Name == e.typeName && len(members) > 0 {
				found = append(found, members)
			}
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("%s.%s: %d enumerations of that name, want 1", e.schema, e.typeName, len(found))
	}
	return found[0], nil
}

func writeEnum(src *source, e enum, members []member) {
	name := e.name()
	var retired, current []string
	for _, m := range members {
		if m.deprecated != "" {
			retired = append(retired, m.name)
		} else {
			current = append(current, fmt.Sprintf("%q", m.name))
		}
	}

	src.doc("%s is the enumeration %s.%s.", name, e.schema, e.typeName)
	if len(retired) > 0 {
		src.line("//")
		src.doc("Values leaves out what the schema has deprecated: %s.", strings.Join(retired, ", "))
	}
	src.line("type %s string", name)
	src.line("")
	src.line("const (")
	for _, m := range members {
		if m.deprecated != "" {
			src.line("\t// Deprecated: since %s.", m.deprecated)
		}
		src.line("\t%s%s %s = %q", name, identifier(m.name), name, m.name)
	}
	src.line(")")
	src.line("")
	src.doc("Values lists the members of %s in the order of the schema.", name)
	src.line("func (%s) Values() []string {", name)
	src.line("\treturn []string{%s}", strings.Join(current, ", "))
	src.line("}")
	src.line("")
}
