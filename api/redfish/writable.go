package redfish

import (
	"bytes"
)

// writable says which properties of an object a PATCH can change. It is compiled once for each declaration.
type writable struct {
	own    string               // the annotation, as it is sent; "": none but those of objects within
	within map[string]*writable // objects that have such properties
}

// writableAnnotation names the properties that can be written, in the object that has them
// (RedfishExtensions, WriteableProperties).
const writableAnnotation = `"@Redfish.WriteableProperties":`

// compileWritable reads what can be written out of the shape of a PATCH; nil: nothing. What a persona hides is left out.
func compileWritable(patch *shape, hidden map[string]bool) *writable {
	for patch != nil && patch.kind == kindArray {
		patch = patch.item
	}
	if patch == nil || patch.kind != kindObject {
		return nil
	}
	w := writable{within: map[string]*writable{}}
	var names []string
	for i := range patch.fields {
		f := &patch.fields[i]
		if hidden[f.name] {
			continue
		}
		if inner := compileWritable(f.shape, nil); inner != nil {
			w.within[f.name] = inner
		} else {
			names = append(names, f.name)
		}
	}
	if len(names) > 0 {
		w.own = writableAnnotation + string(encode(names))
	}
	if w.own == "" && len(w.within) == 0 {
		return nil
	}
	return &w
}

// inside returns what can be written of an object within; nil: nothing.
func (w *writable) inside(name string) *writable {
	if w == nil {
		return nil
	}
	return w.within[name]
}

// annotate writes a value with the annotations of its objects. In an array the first element speaks for all of them.
func (w *writable) annotate(to *bytes.Buffer, value []byte) {
	switch {
	case w == nil || len(value) < 2:
		to.Write(value)
	case value[0] == '[':
		to.WriteByte('[')
		first, how := true, w
		for item := range itemsOf(value) {
			first = comma(to, first)
			how.annotate(to, item)
			how = nil
		}
		to.WriteByte(']')
	case value[0] == '{':
		to.WriteByte('{')
		first := true
		for name, sub := range membersOf(value) {
			first = comma(to, first)
			to.WriteString(`"` + name + `":`)
			w.within[name].annotate(to, sub)
		}
		if w.own != "" {
			comma(to, first)
			to.WriteString(w.own)
		}
		to.WriteByte('}')
	default:
		to.Write(value)
	}
}
