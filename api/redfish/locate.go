package redfish

import (
	"context"
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

// fetch reads what a URI refers to, for whoever asks. It has no body when there is nothing that the caller may read.
func (s *Service) fetch(ctx context.Context, asking *Request, uri string) rendered {
	req := Request{
		Method: http.MethodGet, Path: uri, Caller: asking.Caller, RemoteAddr: asking.RemoteAddr,
		Scheme: asking.Scheme, Host: asking.Host, ID: asking.ID,
	}
	op := s.places.find(uri, &req)
	if op == nil || op.admit(&req) != nil {
		return rendered{}
	}
	req.of = op.of
	state, err := op.of.find(ctx, &req, http.MethodGet)
	if err != nil {
		return rendered{} // deleted just now, or not for this caller: the reference stays what it is
	}
	r, err := op.of.present(state)
	if err != nil {
		return rendered{}
	}
	return r
}

// onlyMember answers with the one member of a collection (DSP0266, "only").
func (b *bound) onlyMember(ctx context.Context, req *Request, key string) (Reply, bool) {
	of := b.service.tree.byName[b.of]
	if of == nil {
		return Reply{}, false
	}
	r := b.service.fetch(ctx, req, of.pattern.uri(key))
	return Reply{Status: http.StatusOK, Header: of.header, Body: r.body, ETag: r.etag}, r.body != nil
}
