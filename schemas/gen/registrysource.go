package main

import (
	"fmt"
	"strings"
)

// variable is the unexported name of a registry: "taskEvent".
func variable(prefix string) string { return strings.ToLower(prefix[:1]) + prefix[1:] }

// functionPrefix goes before the constructors of every registry but the one everyone uses.
func functionPrefix(prefix string) string {
	if prefix == "Base" {
		return ""
	}
	return prefix
}

func writeRegistry(r registry) *source {
	src := newSource()
	short := r.version[:strings.LastIndexByte(r.version, '.')]
	own := variable(r.prefix)

	src.doc("%sRegistry is %s.%s.", own, r.prefix, r.version)
	src.line("func %sRegistry() Registry {", own)
	src.line("return Registry{Prefix: %q, Version: %q, Name: %q, Description: %q, Language: %q, Owner: %q, Messages: []Definition{",
		r.prefix, r.version, r.name, r.about, "en", r.owner)
	for _, m := range r.messages {
		src.line("%s%s,", own, m.key)
	}
	src.line("}}")
	src.line("}")
	src.line("")
	for _, m := range r.messages {
		writeConstructor(src, r, m)
	}
	for _, m := range r.messages {
		writeDefinition(src, r, m, r.prefix+"."+short+"."+m.key)
	}
	return src
}

func writeConstructor(src *source, r registry, m message) {
	name := functionPrefix(r.prefix) + m.key
	src.doc("%s says that %s%s.", name, m.about, answers(m.status))
	if m.deprecated != "" {
		src.line("//")
		src.doc("Deprecated: since %s %s.", r.prefix, m.deprecated)
	}
	parameters := ""
	if len(m.args) > 0 {
		parameters = strings.Join(m.args, ", ") + " string"
	}
	src.line("func %s(%s) Message {", name, parameters)
	src.line("return %s%s.message(%s)", variable(r.prefix), m.key, strings.Join(m.args, ", "))
	src.line("}")
	src.line("")
}

func answers(status int) string {
	if status == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d)", status)
}

func writeDefinition(src *source, r registry, m message, id string) {
	src.line("var %s%s = Definition{", variable(r.prefix), m.key)
	src.line("Key: %q,", m.key)
	src.line("ID: %q,", id)
	src.line("Description: %q,", "Says that "+m.about+".")
	src.line("Text: %q,", m.text)
	if len(m.types) > 0 {
		var types []string
		for _, t := range m.types {
			types = append(types, "ParamType"+identifier(t))
		}
		src.line("ParamTypes: []ParamType{%s},", strings.Join(types, ", "))
	}
	src.line("Severity: Health%s,", m.severity)
	src.line("Resolution: %q,", m.resolution)
	if m.status != 0 {
		src.line("Status: %d,", m.status)
	}
	if m.clearsAll {
		src.line("ClearsAll: true,")
	}
	if len(m.clears) > 0 {
		src.line("Clears: %#v,", m.clears)
	}
	if m.deprecated != "" {
		src.line("Deprecated: %q,", m.deprecated)
	}
	src.line("}")
	src.line("")
}
