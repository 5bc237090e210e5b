package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// privilegeRegistry is DSP8011's privilege registry.
type privilegeRegistry struct {
	ID       string `json:"Id"`
	Mappings []mapping
}

type mapping struct {
	Entity               string
	OperationMap         operationMap
	PropertyOverrides    []override
	SubordinateOverrides []override
	ResourceURIOverrides []override
}

type override struct {
	Targets      []string
	OperationMap operationMap
}

// operationMap is what each HTTP method needs: any of sets of privileges.
type operationMap map[string][]struct{ Privilege []string }

// methods is the order in which they are written.
var methods = []string{"GET", "HEAD", "PATCH", "POST", "PUT", "DELETE"}

var registryID = regexp.MustCompile(`^Redfish_(\d+\.\d+\.\d+)_PrivilegeRegistry$`)

func privilegeFile(dmtf string, csdl map[string]csdlFile) (*source, error) {
	r, err := readPrivilegeRegistry(dmtf)
	if err != nil {
		return nil, err
	}
	src := newSource()
	if err := writePrivilegeNames(src, csdl); err != nil {
		return nil, err
	}
	version := registryID.FindStringSubmatch(r.ID)
	if version == nil {
		return nil, fmt.Errorf("privilege registry %q: no version in its Id", r.ID)
	}
	src.doc("PrivilegeRegistryVersion is the version of the privilege registry that Privileges and Overrides hold.")
	src.line("const PrivilegeRegistryVersion = %q", version[1])
	src.line("")

	slices.SortFunc(r.Mappings, func(a, b mapping) int { return strings.Compare(a.Entity, b.Entity) })
	writePrivileges(src, r.Mappings)
	return src, nil
}

func writePrivileges(src *source, mappings []mapping) {
	var entities, overrides source
	var shared sharedMaps
	for _, m := range mappings {
		entities.line("%q: %s,", m.Entity, shared.name(m.OperationMap))
		kinds := []struct {
			name string
			all  []override
		}{
			{"PropertyOverride", m.PropertyOverrides},
			{"SubordinateOverride", m.SubordinateOverrides},
			{"ResourceURIOverride", m.ResourceURIOverrides},
		}
		var lines source
		for _, kind := range kinds {
			for _, o := range kind.all {
				lines.line("{%s, %#v, %s},", kind.name, o.Targets, shared.name(o.OperationMap))
			}
		}
		if lines.text.Len() > 0 {
			overrides.line("%q: {\n%s},", m.Entity, lines.text.String())
		}
	}
	src.doc("Privileges says what each method on each entity of the standard needs, where no override applies.")
	src.line("var Privileges = map[string]map[string]AnyOf{\n%s}\n", entities.text.String())
	src.doc("Overrides says where an entity's operations need something else.")
	src.line("var Overrides = map[string][]Override{\n%s}\n", overrides.text.String())
	for i, literal := range shared.literals {
		src.line("var operations%d = map[string]AnyOf{\n%s}\n", i+1, literal)
	}
}

func readPrivilegeRegistry(dmtf string) (privilegeRegistry, error) {
	paths, err := filepath.Glob(filepath.Join(dmtf, "registries", "Redfish_*_PrivilegeRegistry.json"))
	if err != nil {
		return privilegeRegistry{}, err
	}
	if len(paths) != 1 {
		return privilegeRegistry{}, fmt.Errorf("%s: %d privilege registries, want 1", dmtf, len(paths))
	}
	raw, err := os.ReadFile(paths[0])
	if err != nil {
		return privilegeRegistry{}, err
	}
	var r privilegeRegistry
	if err := json.Unmarshal(raw, &r); err != nil {
		return privilegeRegistry{}, fmt.Errorf("%s: %w", paths[0], err)
	}
	return r, nil
}

// writePrivilegeNames declares one constant per privilege of the Privileges schema.
func writePrivilegeNames(src *source, csdl map[string]csdlFile) error {
	members, err := findEnum(csdl, enum{schema: "Privileges", typeName: "PrivilegeType"})
	if err != nil {
		return err
	}
	src.doc("The privileges of the standard.")
	src.line("const (")
	for _, m := range members {
		src.line("Privilege%s Privilege = %q", identifier(m.name), m.name)
	}
	src.line(")\n")
	return nil
}

// sharedMaps writes each distinct operation map once: there are few.
type sharedMaps struct{ literals []string }

// name returns the name of the variable that holds ops.
func (s *sharedMaps) name(ops operationMap) string {
	literal := ops.literal()
	i := slices.Index(s.literals, literal)
	if i < 0 {
		i = len(s.literals)
		s.literals = append(s.literals, literal)
	}
	return fmt.Sprintf("operations%d", i+1)
}

// literal is the inside of the map as Go writes it.
func (ops operationMap) literal() string {
	var text source
	for _, method := range methods {
		sets, ok := ops[method]
		if !ok {
			continue
		}
		var anyOf []string
		for _, set := range sets {
			var all []string
			for _, p := range set.Privilege {
				all = append(all, "Privilege"+identifier(p))
			}
			anyOf = append(anyOf, "{"+strings.Join(all, ", ")+"}")
		}
		text.line("%q: {%s},", method, strings.Join(anyOf, ", "))
	}
	return text.text.String()
}
