package redfish

import (
	"fmt"
	"net/url"
	"strings"
)

// pattern is a path with variables: "/redfish/v1/Systems/{id}".
type pattern struct {
	literals []string // one more than there are variables
	names    []string
}

func compilePattern(path string) pattern {
	var p pattern
	for rest := path; ; {
		before, after, found := strings.Cut(rest, "{")
		p.literals = append(p.literals, before)
		if !found {
			return p
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed || name == "" {
			panic(fmt.Sprintf("path %s has a variable without a name or an end", path))
		}
		p.names = append(p.names, name)
		if len(p.names) > maxVars {
			panic(fmt.Sprintf("path %s has more than %d variables", path, maxVars))
		}
		rest = tail
	}
}

// uri fills in the variables from a key, whose values are joined by "/".
func (p pattern) uri(key string) string {
	switch len(p.names) {
	case 0:
		return p.literals[0]
	case 1:
		return p.literals[0] + url.PathEscape(key) + p.literals[1]
	}
	var b strings.Builder
	for i, value := range strings.SplitN(key, "/", len(p.names)) {
		b.WriteString(p.literals[i])
		b.WriteString(url.PathEscape(value))
	}
	b.WriteString(p.literals[len(p.literals)-1])
	return b.String()
}

// key joins the values of the named variables.
func (r *Request) key(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return r.Var(names[0])
	}
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = r.Var(name)
	}
	return strings.Join(values, "/")
}

// tree finds the resources of a service by name.
type tree struct {
	byName map[string]*bound
}

// Link is a reference to a resource.
type Link struct {
	ODataID string `json:"@odata.id"`
}

// Links makes references within one tree, so that a view links to what this tree serves, and to nothing else.
type Links struct{ tree *tree }

// To returns a reference to the resource of a name, nil when the tree has none.
// key is empty for a singleton.
func (l Links) To(name, key string) *Link {
	if uri := l.URI(name, key); uri != "" {
		return &Link{uri}
	}
	return nil
}

// URI returns the URI of the resource of a name, "" when the tree has none.
func (l Links) URI(name, key string) string {
	b, ok := l.tree.byName[name]
	if !ok {
		return ""
	}
	return b.pattern.uri(key)
}
