package redfish

import (
	"context"
	"net/http"

	"github.com/projectbeskar/hawkfish/schemas"
)

// find loads the state, and lets pass who may do method to it.
func (b *bound) find(ctx context.Context, req *Request, method string) (any, error) {
	state, err := b.load(ctx, req)
	if err != nil {
		return state, err
	}
	if err := b.allowed(req, method, state); err != nil {
		return nil, err
	}
	return state, nil
}

// allowed refuses who may not do method to a state.
func (b *bound) allowed(req *Request, method string, state any) error {
	if b.owner == nil && b.project == nil {
		return nil
	}
	return b.allow(req, method, state)
}

func (b *bound) read(ctx context.Context, req *Request) (Reply, error) {
	if b.get != nil {
		res, err := b.get(ctx, req)
		if err != nil {
			return Reply{}, err
		}
		return b.service.answer(b, res)
	}
	state, err := b.find(ctx, req, http.MethodGet)
	if err != nil {
		return Reply{}, err
	}
	if l, ok := state.(listing); ok && req.query != nil && req.query.only && l.total == 1 && len(l.keys) == 1 {
		if reply, ok, err := b.onlyMember(ctx, req, l.keys[0]); ok || err != nil {
			return reply, err
		}
	}
	shown, err := b.present(state)
	if err != nil {
		return Reply{}, err
	}
	return Reply{Status: http.StatusOK, Header: b.header, Body: shown.body, ETag: shown.etag}, nil
}

func (b *bound) change(ctx context.Context, req *Request) (Reply, error) {
	state, err := b.find(ctx, req, http.MethodPatch)
	if err != nil {
		return Reply{}, err
	}
	if err := b.precondition(req, state); err != nil {
		return Reply{}, err
	}
	if onlyAnnotations(req.Body) {
		return Reply{}, Rejected{schemas.NoOperation()}
	}
	if found := checkBody(b.service.check, req.Body, b.patchShape, ofProperties, nil); found != nil {
		return Reply{}, Rejected(found)
	}
	req.shape = b.patchShape
	res, err := b.patch.apply(ctx, req, state, req.Body)
	if err != nil {
		return Reply{}, err
	}
	return b.service.answer(b, res)
}

func (b *bound) add(ctx context.Context, req *Request) (Reply, error) {
	if found := checkBody(b.service.check, req.Body, b.createShape, ofProperties, nil); found != nil {
		return Reply{}, Rejected(found)
	}
	req.shape = b.createShape
	res, err := b.create.apply(ctx, req, nil, req.Body)
	if err != nil {
		return Reply{}, err
	}
	return b.service.answer(b, res)
}

func (b *bound) delete(ctx context.Context, req *Request) (Reply, error) {
	var res Result
	var err error
	if b.cancel != nil {
		res, err = b.cancel(ctx, req)
	} else {
		var state any
		if state, err = b.find(ctx, req, http.MethodDelete); err == nil {
			err = b.precondition(req, state)
		}
		if err == nil {
			res, err = b.remove(ctx, req, state)
		}
	}
	if err != nil {
		return Reply{}, err
	}
	return b.service.answer(b, res)
}

func (b *bound) act(ctx context.Context, a *boundAction, req *Request) (Reply, error) {
	state, err := b.find(ctx, req, http.MethodPost)
	if err != nil {
		return Reply{}, err
	}
	if err := b.precondition(req, state); err != nil {
		return Reply{}, err
	}
	allowed := func(param string, enum []string) []string { return a.allowed(param, enum, state) }
	if found := checkBody(b.service.check, req.Body, a.shape, a.say, allowed); found != nil {
		return Reply{}, Rejected(found)
	}
	req.shape = a.shape
	res, err := a.run(ctx, req, state, req.Body)
	if err != nil {
		return Reply{}, err
	}
	return b.service.answer(b, res)
}
