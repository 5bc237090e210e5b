package redfish

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/projectbeskar/hawkfish"
)

// fetchAtOnce is how many resources are read side by side for one request.
const fetchAtOnce = 8

// fetchAll reads the resources at some URIs for a caller. What is not there, or not for this caller, is missing in the
// result, and so is what the result would be put into. Any other failure is the whole request's.
func (s *Service) fetchAll(ctx context.Context, asking *Request, uris, within []string) (map[string]rendered, error) {
	found := make([]rendered, len(uris))
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var workers sync.WaitGroup
	for range min(fetchAtOnce, len(uris)) {
		workers.Go(func() {
			for failed.Load() == nil && ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(uris) {
					return
				}
				if slices.Contains(within, uris[i]) {
					continue
				}
				var err error
				if found[i], err = s.fetch(ctx, asking, uris[i]); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
			}
		})
	}
	workers.Wait()
	switch err := failed.Load(); {
	case ctx.Err() != nil:
		return nil, &hawkfish.Error{Kind: hawkfish.TimedOut, Message: "reading all of it takes too long", Err: ctx.Err()}
	case err != nil:
		return nil, *err
	}
	byURI := make(map[string]rendered, len(uris))
	for i, r := range found {
		if r.body != nil {
			byURI[uris[i]] = r
		}
	}
	return byURI, nil
}

// fetch reads what a URI refers to, for whoever asks. It has no body when there is nothing that the caller may read.
func (s *Service) fetch(ctx context.Context, asking *Request, uri string) (r rendered, err error) {
	defer func() { // it runs in a goroutine of its own, where a panic would end the process
		if p := recover(); p != nil {
			r, err = rendered{}, fmt.Errorf("reading %s panicked: %v\n%s", uri, p, debug.Stack())
		}
	}()
	req := Request{
		Method: http.MethodGet, Path: uri, Caller: asking.Caller, RemoteAddr: asking.RemoteAddr,
		Scheme: asking.Scheme, Host: asking.Host, ID: asking.ID,
	}
	op := s.places.find(uri, &req)
	if op == nil || op.admit(&req) != nil {
		return rendered{}, nil
	}
	req.of = op.of
	state, err := op.of.listedOrFound(ctx, asking, &req)
	if err == nil {
		return op.of.present(state)
	}
	if _, refused := errors.AsType[Rejected](err); refused || absent[hawkfish.KindOf(err)] {
		return rendered{}, nil // deleted just now, or not for this caller: the reference stays what it is
	}
	return rendered{}, err
}

// listedOrFound returns the state of a resource that is put into another one.
func (b *bound) listedOrFound(ctx context.Context, asking, req *Request) (any, error) {
	if asking.of != nil && asking.of.of == b.Name {
		if state, ok := asking.listed[req.key(b.pattern.names)]; ok {
			return state, b.allowed(req, http.MethodGet, state)
		}
	}
	return b.find(ctx, req, http.MethodGet)
}

// absent are the kinds of failure that say of a resource only that it is not there for the caller.
var absent = map[hawkfish.Kind]bool{hawkfish.NotFound: true, hawkfish.Denied: true}

// onlyMember answers with the one member of a collection (DSP0266, "only"). It is false when the caller may not read it.
func (b *bound) onlyMember(ctx context.Context, req *Request, key string) (Reply, bool, error) {
	of := b.service.tree.byName[b.of]
	if of == nil {
		return Reply{}, false, nil
	}
	r, err := b.service.fetch(ctx, req, of.pattern.uri(key))
	return Reply{Status: http.StatusOK, Header: of.header, Body: r.body, ETag: r.etag}, r.body != nil, err
}
