package redfish

import (
	"bytes"
	"encoding/json"
	"unicode/utf8"

	"github.com/projectbeskar/hawkfish/schemas"
)

// maxDepth is how deep objects and arrays of a body may nest. No schema needs half of it.
const maxDepth = 32

// node is one value of a body, with what encoding/json would hide: repeated
// names and the text as it was written.
type node struct {
	kind    kind
	raw     []byte
	text    string // of a string
	members []member
	items   []node
}

type member struct {
	name  string
	value node
}

// kind is a JSON type.
type kind string

const (
	kindObject  kind = "object"
	kindArray   kind = "array"
	kindString  kind = "string"
	kindNumber  kind = "number"
	kindBoolean kind = "boolean"
	kindNull    kind = "null"
	kindAny     kind = "any" // of a shape only: whatever comes
)

// parse reads a whole body, which must be one JSON object.
func parse(body []byte) (node, *schemas.Message) {
	if !utf8.Valid(body) || !json.Valid(body) {
		m := schemas.MalformedJSON()
		return node{}, &m
	}
	p := parser{dec: json.NewDecoder(bytes.NewReader(body)), body: body}
	p.dec.UseNumber()
	root, ok := p.value(p.next(), 1)
	if !ok || root.kind != kindObject {
		m := schemas.UnrecognizedRequestBody()
		return node{}, &m
	}
	return root, nil
}

type parser struct {
	dec  *json.Decoder
	body []byte
}

// next returns the next token; the body is known to be valid, so there is one.
func (p *parser) next() json.Token {
	token, _ := p.dec.Token()
	return token
}

// value reads the value that begins with a token. It is false when it nests too deep.
func (p *parser) value(token json.Token, depth int) (node, bool) {
	end := p.dec.InputOffset()
	switch t := token.(type) {
	case json.Delim:
		if depth > maxDepth {
			return node{}, false
		}
		n, ok := p.composite(t, depth)
		n.raw = p.body[end-1 : p.dec.InputOffset()]
		return n, ok
	case string:
		return node{kind: kindString, text: t, raw: []byte(t)}, true
	case json.Number:
		return node{kind: kindNumber, raw: []byte(t)}, true
	case bool:
		if t {
			return node{kind: kindBoolean, raw: []byte("true")}, true
		}
		return node{kind: kindBoolean, raw: []byte("false")}, true
	}
	return node{kind: kindNull, raw: []byte("null")}, true
}

func (p *parser) composite(open json.Delim, depth int) (node, bool) {
	n := node{kind: kindArray}
	if open == '{' {
		n.kind = kindObject
	}
	for p.dec.More() {
		var name string
		if n.kind == kindObject {
			name, _ = p.next().(string)
		}
		v, ok := p.value(p.next(), depth+1)
		if !ok {
			return n, false
		}
		if n.kind == kindObject {
			n.members = append(n.members, member{name, v})
		} else {
			n.items = append(n.items, v)
		}
	}
	p.next() // the closing delimiter
	return n, true
}
