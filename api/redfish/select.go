package redfish

import (
	"bytes"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

// selection is what $select names: properties, and within those that have a selection of their own, only these.
type selection map[string]selection

// maxSelected bounds how many properties one $select names.
const maxSelected = 128

// readSelection reads a $select: paths, separated by commas (DSP0266, "$select query parameter").
func readSelection(q *query, text string) *schemas.Message {
	q.sel = selection{}
	paths := strings.Split(text, ",")
	for _, path := range paths {
		at, names := q.sel, strings.Split(strings.TrimSpace(path), "/")
		for i, name := range names {
			if name == "" || len(paths) > maxSelected || len(names) > maxDepth {
				m := schemas.QueryParameterValueFormatError(clip(text), "$select")
				return &m
			}
			sub, have := at[name]
			switch {
			case have && sub == nil: // the whole has been named
				names = nil
			case i == len(names)-1:
				at[name] = nil
			case !have:
				sub = selection{}
				at[name] = sub
			}
			if names == nil {
				break
			}
			at = sub
		}
	}
	return nil
}

// always are the properties that a selection cannot leave out: they say what the rest belongs to.
func always(name string) bool { return strings.HasPrefix(name, "@odata.") }

// choose writes those properties of a value that a selection names, with their annotations ("Name@...").
func (s selection) choose(w *bytes.Buffer, value []byte) {
	switch {
	case s == nil || len(value) == 0:
		w.Write(value)
	case value[0] == '[':
		w.WriteByte('[')
		first := true
		for item := range itemsOf(value) {
			first = comma(w, first)
			s.choose(w, item)
		}
		w.WriteByte(']')
	case value[0] == '{':
		w.WriteByte('{')
		first := true
		for name, v := range membersOf(value) {
			plain, _, annotated := strings.Cut(name, "@")
			sub, named := s[name]
			if _, of := s[plain]; !named && !always(name) && !(annotated && of) {
				continue
			}
			first = comma(w, first)
			w.WriteString(`"` + name + `":`)
			sub.choose(w, v)
		}
		w.WriteByte('}')
	default:
		w.Write(value)
	}
}

func comma(w *bytes.Buffer, first bool) bool {
	if !first {
		w.WriteByte(',')
	}
	return false
}

// excerptOf is the selection of a resource's excerpt; nil, when its schema has none, is all of it.
func (b *bound) excerptOf() selection {
	names := schemas.Excerpts[b.Entity]
	if names == nil {
		return nil
	}
	s := selection{"Id": nil, "Name": nil}
	for _, name := range names {
		s[name] = nil
	}
	return s
}
