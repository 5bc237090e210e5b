package redfish

import (
	"bytes"
)

// hiddenSecret stands where a secret was.
const hiddenSecret = `"******"`

// PublicBody returns a copy of the request's body that may be kept and shown: what its declaration calls secret is hidden.
// A body that no declaration speaks of was not looked at, and is not kept: it may be anything.
func (r *Request) PublicBody() []byte {
	if r.shape == nil {
		return nil
	}
	if !r.shape.hides() {
		return bytes.Clone(r.Body)
	}
	doc, fault := parse(r.Body)
	if fault != nil {
		return nil
	}
	var out bytes.Buffer
	r.shape.publish(&out, doc)
	return out.Bytes()
}

// hides reports whether a body of this shape can hold secrets.
func (s *shape) hides() bool {
	for i := range s.fields {
		if f := &s.fields[i]; f.secret || f.shape.hides() {
			return true
		}
	}
	return s.item != nil && s.item.hides()
}

func (s *shape) publish(out *bytes.Buffer, v node) {
	switch {
	case s.kind == kindObject && v.kind == kindObject:
		out.WriteByte('{')
		first := true
		for _, m := range v.members {
			first = comma(out, first)
			out.Write(encode(m.name))
			out.WriteByte(':')
			switch f := s.field(m.name); {
			case f != nil && f.secret && m.value.kind != kindNull:
				out.WriteString(hiddenSecret)
			case f != nil:
				f.shape.publish(out, m.value)
			default:
				m.value.writeTo(out)
			}
		}
		out.WriteByte('}')
	case s.kind == kindArray && v.kind == kindArray:
		out.WriteByte('[')
		first := true
		for _, item := range v.items {
			first = comma(out, first)
			s.item.publish(out, item)
		}
		out.WriteByte(']')
	default:
		v.writeTo(out)
	}
}

// writeTo writes a value as it was.
func (v node) writeTo(out *bytes.Buffer) {
	if v.kind == kindString {
		out.Write(encode(v.text))
		return
	}
	out.Write(v.raw)
}
