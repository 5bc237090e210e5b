package describe

import (
	"bytes"
	"encoding/xml"
)

// element is an XML element.
type element struct {
	name     string
	attrs    []string // name, value, name, value...
	text     string
	children []*element
}

func elem(name string, attrs ...string) *element { return &element{name: name, attrs: attrs} }

// add appends children and returns the element.
func (e *element) add(children ...*element) *element {
	e.children = append(e.children, children...)
	return e
}

// document returns the element as an XML document.
func (e *element) document() []byte {
	var w bytes.Buffer
	w.WriteString(xml.Header)
	e.write(&w, "")
	return w.Bytes()
}

func (e *element) write(w *bytes.Buffer, indent string) {
	w.WriteString(indent + "<" + e.name)
	for i := 0; i+1 < len(e.attrs); i += 2 {
		w.WriteString(" " + e.attrs[i] + `="`)
		_ = xml.EscapeText(w, []byte(e.attrs[i+1])) // to a buffer: it never fails
		w.WriteString(`"`)
	}
	switch {
	case e.text != "":
		w.WriteString(">")
		_ = xml.EscapeText(w, []byte(e.text))
		w.WriteString("</" + e.name + ">\n")
	case len(e.children) == 0:
		w.WriteString("/>\n")
	default:
		w.WriteString(">\n")
		for _, child := range e.children {
			child.write(w, indent+"  ")
		}
		w.WriteString(indent + "</" + e.name + ">\n")
	}
}
