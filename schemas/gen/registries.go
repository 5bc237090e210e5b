package main

import (
	"cmp"
	"fmt"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// registry is a message registry ready to be written: DMTF's facts and our texts.
type registry struct {
	prefix, version, owner, name, about string
	messages                            []message // by key
}

type message struct {
	key, about, text, resolution, severity, deprecated string
	args, types, clears                                []string
	clearsAll                                          bool
	status                                             int
}

// registryFiles writes one file per registry, and the list of them all.
func registryFiles(dmtf string) (map[string]*source, error) {
	all, err := readTexts()
	if err != nil {
		return nil, err
	}
	files := map[string]*source{}
	var names []string
	for _, t := range all {
		r, err := merge(dmtf, t)
		if err != nil {
			return nil, fmt.Errorf("registry %s: %w", t.Name, err)
		}
		files["registry_"+strings.ToLower(r.prefix)+"_gen.go"] = writeRegistry(r)
		names = append(names, variable(r.prefix))
	}
	list := newSource()
	list.doc("Registries lists the message registries that HawkFish speaks.")
	list.line("func Registries() []Registry {")
	list.line("\treturn []Registry{%sRegistry()}", strings.Join(names, "Registry(), "))
	list.line("}")
	files["registries_gen.go"] = list
	return files, nil
}

// merge joins our texts with DMTF's facts and checks that they belong together.
func merge(dmtf string, t texts) (registry, error) {
	r := registry{t.Prefix, t.Version, t.Owner, t.Name, t.About, nil}
	facts := dmtfRegistry{}
	if t.Source != "" {
		var err error
		if facts, err = readDMTFRegistry(dmtf, t.Source); err != nil {
			return registry{}, err
		}
		r.prefix, r.version, r.owner = facts.RegistryPrefix, facts.RegistryVersion, facts.OwningEntity
		for key := range facts.Messages {
			if _, ok := t.Messages[key]; !ok {
				return registry{}, fmt.Errorf("no text for %s", key)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(t.Messages)) {
		ours := t.Messages[key]
		m := message{
			key: key, about: ours.About, text: ours.Text, resolution: ours.Resolution,
			severity: ours.Severity, clears: ours.Clears, status: ours.Status,
		}
		for _, arg := range ours.Args {
			name, kind, _ := strings.Cut(arg, ":")
			m.args = append(m.args, name)
			m.types = append(m.types, cmp.Or(kind, "string"))
		}
		if t.Source != "" {
			fact, ok := facts.Messages[key]
			if !ok {
				return registry{}, fmt.Errorf("%s is not in %s", key, t.Source)
			}
			if len(m.args) != fact.NumberOfArgs {
				return registry{}, fmt.Errorf("%s has %d arguments, want %d", key, len(m.args), fact.NumberOfArgs)
			}
			m.severity, m.types, m.deprecated = fact.MessageSeverity, fact.ParamTypes, fact.VersionDeprecated
			m.clears, m.clearsAll = fact.ClearingLogic.ClearsMessage, fact.ClearingLogic.ClearsAll
		}
		if err := m.check(); err != nil {
			return registry{}, fmt.Errorf("%s: %w", key, err)
		}
		r.messages = append(r.messages, m)
	}
	return r, nil
}

func (m message) check() error {
	if m.about == "" || m.text == "" || m.resolution == "" {
		return fmt.Errorf("about, text and resolution must all say something")
	}
	for i, arg := range m.args {
		if !token.IsIdentifier(arg) {
			return fmt.Errorf("argument %q is no Go name", arg)
		}
		if !strings.Contains(m.text, "%"+strconv.Itoa(i+1)) {
			return fmt.Errorf("the text does not use argument %d", i+1)
		}
	}
	if next := "%" + strconv.Itoa(len(m.args)+1); strings.Contains(m.text+m.resolution, next) {
		return fmt.Errorf("there is no argument for %s", next)
	}
	if m.status != 0 && m.status < 400 {
		return fmt.Errorf("status %d is no error", m.status)
	}
	return nil
}
