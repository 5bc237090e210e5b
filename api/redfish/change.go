package redfish

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
)

// change is a write with a body: a PATCH or a creation.
type change struct {
	fields reflect.Type
	apply  func(ctx context.Context, req *Request, state any, body []byte) (Result, error)
}

// PatchOf, CreateOf and ActionOf keep, until a declaration erases it, the type
// they act on, so that a declaration cannot mix up its resources.
type (
	PatchOf[T any]  struct{ change *change }
	ActionOf[T any] struct{ Action }
)

// Writable declares that the fields of P, and no others, can be written. apply
// returns the state after the change.
//
// Fields of P are pointers, nil when the caller left them alone. A field's
// validate tag holds its rules (go-playground/validator); a tag null:"clears" says that null empties it.
func Writable[P, T any](apply func(ctx context.Context, req *Request, state T, p P) (T, error)) PatchOf[T] {
	return PatchOf[T]{&change{
		fields: reflect.TypeFor[P](),
		apply: func(ctx context.Context, req *Request, state any, body []byte) (Result, error) {
			p, err := decode[P](body)
			if err != nil {
				return Result{}, err
			}
			after, err := apply(ctx, req, state.(T), p)
			return Result{status: http.StatusOK, state: after}, err
		},
	}}
}

// WritableBy is Writable for changes that may take time: apply says what to answer.
func WritableBy[P, T any](apply func(ctx context.Context, req *Request, state T, p P) (Result, error)) PatchOf[T] {
	return PatchOf[T]{&change{
		fields: reflect.TypeFor[P](),
		apply: func(ctx context.Context, req *Request, state any, body []byte) (Result, error) {
			p, err := decode[P](body)
			if err != nil {
				return Result{}, err
			}
			return apply(ctx, req, state.(T), p)
		},
	}}
}

// Create declares what it takes to create a member of a collection.
type Create struct{ change *change }

// Creates declares that members are made from the fields of P.
func Creates[P any](apply func(ctx context.Context, req *Request, p P) (Result, error)) Create {
	return Create{&change{
		fields: reflect.TypeFor[P](),
		apply: func(ctx context.Context, req *Request, _ any, body []byte) (Result, error) {
			p, err := decode[P](body)
			if err != nil {
				return Result{}, err
			}
			return apply(ctx, req, p)
		},
	}}
}

// decode unpacks a body that has been checked. No body is an empty one; null means what null.go says.
func decode[P any](body []byte) (P, error) {
	var p P
	if len(body) == 0 {
		return p, nil
	}
	err := json.Unmarshal(body, &p)
	clearNulls(reflect.ValueOf(&p), body)
	return p, err
}
