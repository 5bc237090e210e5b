package redfish

import (
	"bytes"
	"context"
	"reflect"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// maxSifted is how many members are looked at for one $filter. It is beyond any list that the database does
// not narrow; a caller who has more names a property that it does narrow by.
const maxSifted = 2000

// sift lists the members that pass the part of a $filter which List does not narrow by.
func sift(ctx context.Context, req *Request, s CollectionSpec, page hawkfish.Page) ([]string, int, error) {
	keys, total, err := s.List(ctx, req, hawkfish.Page{Limit: maxSifted})
	if err != nil {
		return nil, 0, err
	}
	if total > maxSifted {
		hint := "The expression would have to be looked at for more than " + strconv.Itoa(maxSifted) + " members. "
		if len(s.Filters) > 0 {
			hint += "Compare one of these with eq, too: " + strings.Join(s.Filters, ", ") + "."
		}
		return nil, 0, tooMuch(hint)
	}
	ctx, cancel := context.WithTimeout(ctx, maxExpandTime)
	defer cancel()
	of := req.of.service.tree.byName[s.Of]
	uris := make([]string, len(keys))
	for i, key := range keys {
		uris[i] = of.pattern.uri(key)
	}
	found, err := req.of.service.fetchAll(ctx, req, uris, nil)
	if err != nil {
		return nil, 0, err
	}
	var passed []string
	for i, key := range keys {
		if m, ok := found[uris[i]]; ok && req.rest.passes(m.body) {
			passed = append(passed, key)
		}
	}
	return Slice(passed, page), len(passed), nil
}

// reshape gives a reply the form that the query wants.
func (b *bound) reshape(ctx context.Context, req *Request, reply Reply) (Reply, error) {
	q := req.query
	if q.expand != nil {
		whole, err := b.service.expand(ctx, req, *q.expand, rendered{body: reply.Body, etag: reply.ETag})
		if err != nil {
			return Reply{}, err
		}
		// What has been put together from several resources is not what a change of one of them is compared with.
		if reply.ETag = whole.etag; !b.paged {
			reply.ETag = ""
		}
		reply.Body = whole.body
	}
	if q.excerpt {
		reply.Body = b.narrow(reply.Body, b.excerptOf(), q.expand != nil)
	}
	if q.sel != nil {
		reply.Body = b.narrow(reply.Body, q.sel, q.expand != nil)
	}
	return reply, nil
}

// narrow leaves of a body what a selection names. In a collection whose members have been put in, it is they that
// the selection is about.
func (b *bound) narrow(body []byte, s selection, expanded bool) []byte {
	if s == nil {
		return body
	}
	if b.paged && expanded {
		all := selection{}
		for name := range membersOf(body) {
			all[name] = nil
		}
		all["Members"] = s
		s = all
	}
	var w bytes.Buffer
	s.choose(&w, body)
	return w.Bytes()
}

// knows reports a property in a filter that the members of a collection do not have.
func (b *bound) knows(f filter) *schemas.Message {
	of := b.service.tree.byName[b.of]
	if of == nil || of.view == nil {
		return nil
	}
	var fault *schemas.Message
	f.paths(func(path []string) {
		if fault == nil && !of.has(path) {
			m := schemas.QueryParameterValueError("$filter")
			m.Resolution = "Name a property that " + of.Entity + " has; it has no " + clip(strings.Join(path, "/")) + "."
			fault = &m
		}
	})
	return fault
}

// has reports whether a resource can have a property; of what the kit or a vendor adds, and of what has no fixed type, anything.
func (b *bound) has(path []string) bool {
	if path[0] == "Oem" || path[0] == "Actions" || strings.HasPrefix(path[0], "@") {
		return true
	}
	t := b.view
	for _, name := range path {
		for t = indirect(t); t.Kind() == reflect.Slice && t != rawType; t = indirect(t.Elem()) {
		}
		if t.Kind() != reflect.Struct {
			return t.Kind() == reflect.Map || t.Kind() == reflect.Interface || t == rawType
		}
		fields := viewFields(t)
		if t = fields[name]; t == nil {
			plain, _, annotated := strings.Cut(name, "@")
			return annotated && (plain == "" || fields[plain] != nil)
		}
	}
	return true
}
