package redfish

import (
	"net/http"
	"net/url"
	"strings"
)

// locator finds what a reference within the service refers to: the operation that reads it.
type locator struct {
	literals map[string]*locator
	variable *locator
	name     string // of the variable that leads here
	reads    *Operation
}

// add takes an operation in when it reads a resource, and does so quickly.
func (l *locator) add(op *Operation) {
	if op.Method != http.MethodGet || op.of.view == nil || op.of.slow || op.Entity != op.of.Entity {
		return
	}
	for segment := range strings.SplitSeq(strings.Trim(op.Path, "/"), "/") {
		next := &l.variable
		name, isVariable := strings.CutPrefix(segment, "{")
		if !isVariable {
			if l.literals == nil {
				l.literals = map[string]*locator{}
			}
			found := l.literals[segment]
			next = &found
		}
		if *next == nil {
			*next = &locator{name: strings.TrimSuffix(name, "}")}
		}
		if !isVariable {
			l.literals[segment] = *next
		}
		l = *next
	}
	l.reads = op
}

// find returns the operation that reads a URI, and sets the request's variables; nil: there is none.
func (l *locator) find(path string, req *Request) *Operation {
	if path == "" || path == "/" {
		return l.reads
	}
	segment, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if next := l.literals[segment]; next != nil {
		if op := next.find(rest, req); op != nil {
			return op
		}
	}
	value, err := url.PathUnescape(segment)
	if l.variable == nil || err != nil || req.n == maxVars {
		return nil
	}
	before := req.n
	req.SetVar(l.variable.name, value)
	op := l.variable.find(rest, req)
	if op == nil {
		req.n = before
	}
	return op
}
