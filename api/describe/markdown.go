package describe

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// Pages writes one page per resource for those who read documents, and README.md, which lists them.
func Pages(s *redfish.Service) map[string][]byte {
	all := s.Describe()
	pages := map[string][]byte{}
	var index strings.Builder
	index.WriteString("# Resources\n\nMade by `make gen` from the declarations in api/; do not edit. Everything at once, and to try out: `/redfish/v1/docs`.\n\n| resource | where |\n|---|---|\n")
	sorted := slices.SortedFunc(slices.Values(all), func(a, b redfish.Description) int { return cmp.Compare(a.Name, b.Name) })
	for _, d := range sorted {
		if d.View == nil || d.Collection {
			continue
		}
		p := sheet{service: s, of: d}
		for _, c := range all {
			if c.Collection && c.Of == d.Name {
				p.collections = append(p.collections, c)
			}
		}
		pages[d.Name+".md"] = []byte(p.write())
		fmt.Fprintf(&index, "| [%s](%s.md) | `%s` |\n", d.Name, d.Name, d.Path)
	}
	pages["README.md"] = []byte(index.String())
	return pages
}

// sheet is the page of a resource and of the collections it is in.
type sheet struct {
	service     *redfish.Service
	of          redfish.Description
	collections []redfish.Description
	text        strings.Builder
}

func (p *sheet) line(format string, args ...any) { fmt.Fprintf(&p.text, format+"\n", args...) }

func (p *sheet) write() string {
	p.line("# %s\n", p.of.Name)
	p.line("`%s`, described by %s.\n", p.of.Type, source(p.of))
	p.line("## What can be done\n")
	p.line("| | | needs one of |\n|---|---|---|")
	for _, op := range p.service.Operations() {
		d := op.Describe()
		mine := d.Name == p.of.Name || slices.ContainsFunc(p.collections, func(c redfish.Description) bool { return c.Name == d.Name })
		if mine && op.Entity != "ActionInfo" {
			p.line("| %s | `%s` | %s |", op.Method, op.Path, needs(op))
		}
	}
	s := resourceSchema(p.of)
	p.line("\n## Properties\n")
	p.properties(s, p.of.Patch != nil)
	for _, o := range p.of.Oem {
		if o.View != nil {
			p.line("\n## Oem.%s\n", o.Vendor)
			p.properties(shown(o.View), false)
		}
	}
	for _, a := range p.of.Actions {
		p.line("\n## %s\n", strings.TrimPrefix(a.Key, "#"))
		p.body(sent(a.Params))
	}
	for _, c := range p.collections {
		if c.Create != nil {
			p.line("\n## To make one\n\nPOST to `%s`:\n", c.Path)
			p.body(sent(c.Create))
		}
	}
	return p.text.String()
}

// source says where a resource's schema is.
func source(d redfish.Description) string {
	if file := strings.TrimPrefix(d.Type, "#HawkFish"); file != d.Type {
		return "`" + storePath + namespaceOf(d.Type) + ".json`"
	}
	return "DMTF's DSP0268"
}

func needs(op *redfish.Operation) string {
	if op.Needs.Anonymous() {
		return "nothing"
	}
	sets := make([]string, len(op.Needs))
	for i, set := range op.Needs {
		names := make([]string, len(set))
		for j, one := range set {
			names[j] = string(one)
		}
		sets[i] = strings.Join(names, " and ")
	}
	return strings.Join(sets, ", ")
}

// properties lists what is seen.
func (p *sheet) properties(s *Schema, writes bool) {
	p.line("| property | type | |\n|---|---|---|")
	s.each("", func(path string, sub *Schema, _ bool) {
		note := ""
		if writes && !sub.ReadOnly && !strings.Contains(path, ".") {
			note = "can be written"
		}
		p.line("| %s | %s | %s |", path, typeName(sub), note)
	})
}

// body lists what is sent.
func (p *sheet) body(s *Schema) {
	if len(s.Properties) == 0 {
		p.line("Takes nothing.")
		return
	}
	p.line("| property | type | |\n|---|---|---|")
	s.each("", func(path string, sub *Schema, required bool) {
		notes := limits(sub)
		if required {
			notes = append([]string{"required"}, notes...)
		}
		p.line("| %s | %s | %s |", path, typeName(sub), strings.Join(notes, ", "))
	})
}

// each ranges over the properties of an object, and of those within it.
func (s *Schema) each(within string, yield func(path string, sub *Schema, required bool)) {
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if strings.HasPrefix(name, "@") || within == "" && (name == "Actions" || name == "Oem") {
			continue
		}
		sub := s.Properties[name]
		yield(within+name, sub, slices.Contains(s.Required, name))
		inner := sub
		if inner.Items != nil {
			inner = inner.Items
		}
		if inner.Properties["@odata.id"] == nil {
			inner.each(within+name+".", yield)
		}
	}
}

func typeName(s *Schema) string {
	switch {
	case s.Items != nil:
		return "array of " + typeName(s.Items)
	case s.Properties["@odata.id"] != nil:
		return "link"
	case len(s.Enum) > 0:
		var values []string
		for _, v := range s.Enum {
			if v != nil {
				values = append(values, fmt.Sprint(v))
			}
		}
		return strings.Join(values, ", ")
	case s.Format != "":
		return s.Format
	case len(s.Type) == 0:
		return "anything"
	}
	return strings.Join(s.Type, " or ")
}

func limits(s *Schema) []string {
	var all []string
	add := func(text string, n *int) {
		if n != nil {
			all = append(all, fmt.Sprintf(text, *n))
		}
	}
	add("at least %d characters", s.MinLength)
	add("at most %d characters", s.MaxLength)
	add("at least %d", s.MinItems)
	add("at most %d", s.MaxItems)
	if s.Minimum != nil {
		all = append(all, "at least "+strconv.FormatFloat(*s.Minimum, 'f', -1, 64))
	}
	if s.Maximum != nil {
		all = append(all, "at most "+strconv.FormatFloat(*s.Maximum, 'f', -1, 64))
	}
	if s.WriteOnly {
		all = append(all, "never shown")
	}
	return all
}
