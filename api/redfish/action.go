package redfish

import (
	"context"
	"reflect"
	"slices"
	"strings"
)

// Action declares something that can be done to a resource.
type Action struct {
	Name   string // "Reset", or "Oem/HawkFishTask.Resume"
	Params reflect.Type

	allow map[string]func(state any) []string // narrows, per parameter, the values the state accepts
	hint  map[string]func(state any) []string // narrows, per parameter, the values shown, not those accepted
	offer func(state any) bool                // nil: always
	run   func(ctx context.Context, req *Request, state any, body []byte) (Result, error)
}

// Do declares an action from the function that carries it out. The fields of P
// are its parameters, with their rules in validate tags.
func Do[P, T any](name string, run func(ctx context.Context, req *Request, state T, p P) (Result, error)) ActionOf[T] {
	return ActionOf[T]{Action{
		Name:   name,
		Params: reflect.TypeFor[P](),
		run: func(ctx context.Context, req *Request, state any, body []byte) (Result, error) {
			p, err := decode[P](body)
			if err != nil {
				return Result{}, err
			}
			return run(ctx, req, state.(T), p)
		},
	}}
}

// Allowing narrows the values of one parameter by the state.
func Allowing[T any](a ActionOf[T], param string, values func(state T) []string) ActionOf[T] {
	a.Action = a.narrow(param, func(state any) []string { return values(state.(T)) })
	return a
}

// Offered shows an action only in states in which it makes sense. Who posts it
// all the same hears from the use case why not.
func Offered[T any](a ActionOf[T], when func(state T) bool) ActionOf[T] {
	a.offer = func(state any) bool { return when(state.(T)) }
	return a
}

// Hinting shows of one parameter only the values that make sense in the state. Who posts
// another one all the same hears from the use case why not, for what is asked may have its turn in another state.
func Hinting[T any](a ActionOf[T], param string, values func(state T) []string) ActionOf[T] {
	a.hint = with(a.hint, param, func(state any) []string { return values(state.(T)) })
	return a
}

// narrow returns a copy of the action whose parameter accepts only these values.
func (a Action) narrow(param string, values func(state any) []string) Action {
	a.allow = with(a.allow, param, values)
	return a
}

// with returns a copy of m that has one entry more.
func with[V any](m map[string]V, key string, value V) map[string]V {
	more := map[string]V{key: value}
	for k, v := range m {
		if k != key {
			more[k] = v
		}
	}
	return more
}

// allowed returns the values a parameter accepts in a state; enum is what its type has.
func (a *Action) allowed(param string, enum []string, state any) []string {
	if f, ok := a.allow[param]; ok {
		return f(state)
	}
	return enum
}

// shown returns those of the allowed values that make sense in a state.
func (a *Action) shown(param string, enum []string, state any) []string {
	hint, hinted := a.hint[param]
	_, narrowed := a.allow[param]
	switch {
	case hinted && narrowed:
		return intersect(hint(state), a.allowed(param, enum, state))
	case hinted:
		return hint(state)
	default:
		return a.allowed(param, enum, state)
	}
}

func (a *Action) offered(state any) bool { return a.offer == nil || a.offer(state) }

func (a *Action) oem() bool { return strings.HasPrefix(a.Name, "Oem/") }

// key returns the action's name in the Actions object: "#ComputerSystem.Reset".
func (a *Action) key(entity string) string {
	if a.oem() {
		return "#" + a.Name[strings.LastIndexByte(a.Name, '/')+1:]
	}
	return "#" + entity + "." + a.Name
}

// path returns where the action is posted to, below the resource.
func (a *Action) path(entity string) string {
	if a.oem() {
		return "/Actions/" + a.Name
	}
	return "/Actions/" + entity + "." + a.Name
}

// infoPath returns where the action's ActionInfo is, below the resource.
func (a *Action) infoPath() string {
	return "/" + strings.ReplaceAll(a.Name[strings.LastIndexByte(a.Name, '/')+1:], ".", "") + "ActionInfo"
}

// intersect returns the values of a that are in b, in a's order.
func intersect(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(v string) bool { return !slices.Contains(b, v) })
}
