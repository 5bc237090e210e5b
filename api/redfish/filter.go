package redfish

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// filter is a $filter expression (DSP0266, "$filter query parameter"). It looks at a member as it is rendered.
type filter interface {
	passes(member []byte) bool
	// paths calls yield for every property that is compared.
	paths(yield func(path []string))
}

type (
	both       struct{ left, right filter } // and
	either     struct{ left, right filter } // or
	negation   struct{ of filter }
	comparison struct {
		left, right operand
		op          string
	}
)

func (f both) passes(m []byte) bool     { return f.left.passes(m) && f.right.passes(m) }
func (f either) passes(m []byte) bool   { return f.left.passes(m) || f.right.passes(m) }
func (f negation) passes(m []byte) bool { return !f.of.passes(m) }

func (f both) paths(yield func([]string))     { f.left.paths(yield); f.right.paths(yield) }
func (f either) paths(yield func([]string))   { f.left.paths(yield); f.right.paths(yield) }
func (f negation) paths(yield func([]string)) { f.of.paths(yield) }

func (f comparison) paths(yield func([]string)) {
	for _, o := range []operand{f.left, f.right} {
		if o.path != nil {
			yield(o.path)
		}
	}
}

// operand is a property or a literal.
type operand struct {
	path    []string // nil: a literal
	literal scalar
}

// scalar is a JSON value that can be compared; objects and arrays are only unlike null.
type scalar struct {
	kind   kind
	text   string // of a string; "true" or "false" of a boolean
	number float64
}

// comparisons says for each operator which orders (-1, 0, 1) it accepts.
var comparisons = map[string]func(order int) bool{
	"eq": func(o int) bool { return o == 0 }, "ne": func(o int) bool { return o != 0 },
	"gt": func(o int) bool { return o > 0 }, "ge": func(o int) bool { return o >= 0 },
	"lt": func(o int) bool { return o < 0 }, "le": func(o int) bool { return o <= 0 },
}

// passes compares. Of an array one item is enough, of any but "ne", which wants all of them.
func (f comparison) passes(m []byte) bool {
	lefts, rights := f.left.values(m), f.right.values(m)
	all := f.op == "ne"
	for _, l := range lefts {
		for _, r := range rights {
			if f.holds(l, r) != all {
				return !all
			}
		}
	}
	return all
}

// holds compares two values. Those of different kinds are unequal, and neither is the greater; null is what is not there.
func (f comparison) holds(l, r scalar) bool {
	if l.kind != r.kind || l.kind == kindObject {
		return f.op == "ne"
	}
	order := cmp.Or(strings.Compare(l.text, r.text), cmp.Compare(l.number, r.number))
	if l.kind == kindNull || l.kind == kindBoolean {
		return f.op == "eq" && order == 0 || f.op == "ne" && order != 0
	}
	return comparisons[f.op](order)
}

var null = scalar{kind: kindNull}

func (o operand) values(m []byte) []scalar {
	if o.path == nil {
		return []scalar{o.literal}
	}
	found := valuesAt(m, o.path)
	if len(found) == 0 {
		return []scalar{null}
	}
	return found
}

// valuesAt returns what is at a path. Arrays on the way are looked through.
func valuesAt(v []byte, path []string) []scalar {
	if len(v) > 0 && v[0] == '[' {
		var found []scalar
		for item := range itemsOf(v) {
			found = append(found, valuesAt(item, path)...)
		}
		return found
	}
	if len(path) == 0 {
		return []scalar{scalarOf(v)}
	}
	if v = memberOf(v, path[0]); v == nil {
		return nil
	}
	return valuesAt(v, path[1:])
}

func scalarOf(v []byte) scalar {
	switch {
	case len(v) == 0 || v[0] == 'n':
		return null
	case v[0] == '"':
		s := scalar{kind: kindString, text: string(v[1 : len(v)-1])}
		if bytes.IndexByte(v, '\\') >= 0 {
			_ = json.Unmarshal(v, &s.text)
		}
		return s
	case v[0] == 't' || v[0] == 'f':
		return scalar{kind: kindBoolean, text: string(v)}
	case v[0] == '{':
		return scalar{kind: kindObject}
	}
	s := scalar{kind: kindNumber}
	_ = json.Unmarshal(v, &s.number)
	return s
}

// wanted is what a collection's List can narrow by itself: values of properties.
type wanted map[string]string

// divide takes out of a filter what List narrows by: properties (in names) that must equal a string, all
// of them at once. rest is what is left to look at; nil: nothing.
func divide(f filter, names []string) (want wanted, rest filter) {
	want = wanted{}
	return want, want.take(f, names)
}

func (w wanted) take(f filter, names []string) (rest filter) {
	switch f := f.(type) {
	case both:
		left, right := w.take(f.left, names), w.take(f.right, names)
		switch {
		case left == nil:
			return right
		case right == nil:
			return left
		}
		return both{left, right}
	case comparison:
		property, value := f.left, f.right
		if property.path == nil {
			property, value = value, property
		}
		name := strings.Join(property.path, "/")
		_, taken := w[name]
		if f.op == "eq" && value.path == nil && value.literal.kind == kindString && !taken && slices.Contains(names, name) {
			w[name] = value.literal.text
			return nil
		}
	}
	return f
}
