package redfish

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
)

// fetchAtOnce is how many resources are read side by side for one request.
const fetchAtOnce = 8

// fetchAll reads the resources at some URIs for a caller. What cannot be read, or not by this caller, is missing in the
// result, and so is what the result would be put into.
func (s *Service) fetchAll(ctx context.Context, asking *Request, uris, within []string) map[string]rendered {
	found := make([]rendered, len(uris))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(fetchAtOnce, len(uris)) {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(uris) || ctx.Err() != nil {
					return
				}
				if !slices.Contains(within, uris[i]) {
					found[i] = s.fetch(ctx, asking, uris[i])
				}
			}
		})
	}
	workers.Wait()
	byURI := make(map[string]rendered, len(uris))
	for i, r := range found {
		if r.body != nil {
			byURI[uris[i]] = r
		}
	}
	return byURI
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
