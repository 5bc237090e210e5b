package redfish

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-playground/validator/v10"

	"github.com/projectbeskar/hawkfish/schemas"
)

// maxFaults is how many faults of one body are told.
const maxFaults = 64

// checker finds every fault of one body.
type checker struct {
	check   *validator.Validate
	say     vocabulary
	allowed func(param string, enum []string) []string // narrows a top-level enumeration; may be nil
	faults  []schemas.Message
}

// checkBody compares a body with the shape it must have. It returns nil when
// the body can be decoded into the shape's type and obeys its rules.
func checkBody(check *validator.Validate, body []byte, want *shape, say vocabulary, allowed func(string, []string) []string) []schemas.Message {
	doc := node{kind: kindObject}
	if len(body) > 0 {
		var fault *schemas.Message
		if doc, fault = parse(body); fault != nil {
			return []schemas.Message{*fault}
		}
	}
	c := checker{check: check, say: say, allowed: allowed}
	c.object("", doc, want)
	if len(c.faults) > maxFaults {
		c.faults = append(c.faults[:maxFaults], schemas.MaximumErrorsExceeded())
	}
	return c.faults
}

// fault notes what is wrong at a JSON pointer, until there is more than anyone reads.
func (c *checker) fault(at string, m schemas.Message) {
	if len(c.faults) <= maxFaults {
		c.faults = append(c.faults, m.At(at))
	}
}

func (c *checker) object(at string, doc node, want *shape) {
	seen := make(map[string]bool, len(doc.members))
	for _, m := range doc.members {
		pointer := at + "/" + escapePointer(m.name)
		if seen[m.name] {
			c.fault(pointer, c.say.duplicate(propertyName(pointer)))
			continue
		}
		seen[m.name] = true
		switch f := want.field(m.name); {
		case f != nil:
			c.value(pointer, m.value, f.shape, f)
		case annotation(m.name): // the standard wants them ignored
		case want.readable[m.name]:
			c.fault(pointer, schemas.PropertyNotWritable(propertyName(pointer)))
		default:
			c.fault(pointer, c.say.unknown(propertyName(pointer)))
		}
	}
	for _, f := range want.fields {
		if f.required && !seen[f.name] {
			pointer := at + "/" + escapePointer(f.name)
			c.fault(pointer, c.say.missing(propertyName(pointer)))
		}
	}
}

// value checks one value; f is the property it belongs to.
func (c *checker) value(at string, v node, want *shape, f *field) {
	shown := clip(string(v.raw))
	if f.secret {
		shown = "******"
	}
	name := propertyName(at)
	if v.kind == kindNull && f.clears {
		return
	}
	if want.kind != v.kind && want.kind != kindAny {
		c.fault(at, c.say.typeError(shown, name))
		return
	}
	switch v.kind {
	case kindObject:
		if want.kind == kindObject {
			c.object(at, v, want)
		}
	case kindArray:
		for i, item := range v.items {
			if want.kind == kindArray {
				c.value(at+"/"+strconv.Itoa(i), item, want.item, &field{secret: f.secret, rules: f.items})
			}
		}
		c.rules(at, v, want, f, shown)
	case kindNumber:
		if m, bad := c.number(v, want, shown, name); bad {
			c.fault(at, m)
			return
		}
		c.rules(at, v, want, f, shown)
	case kindString:
		values := want.enum
		if c.allowed != nil && values != nil && strings.LastIndexByte(at, '/') == 0 {
			values = c.allowed(name, values)
		}
		switch {
		case want.enum != nil && !slices.Contains(values, v.text):
			c.fault(at, c.say.notInList(shown, name))
		case strings.ContainsFunc(v.text, unprintable):
			c.fault(at, c.say.format(strings.ToValidUTF8(strconv.QuoteToASCII(shown), ""), name))
		default:
			c.rules(at, v, want, f, shown)
		}
	default:
		c.rules(at, v, want, f, shown)
	}
}

// number reports a number that the Go type cannot hold.
func (c *checker) number(v node, want *shape, shown, name string) (schemas.Message, bool) {
	if want.kind == kindAny {
		return schemas.Message{}, false
	}
	err := json.Unmarshal(v.raw, reflect.New(want.typ).Interface())
	switch {
	case err == nil:
		return schemas.Message{}, false
	case strings.ContainsAny(shown, ".eE") && want.typ.Kind() < reflect.Float32:
		return c.say.typeError(shown, name), true
	}
	return c.say.outOfRange(shown, name), true
}

// rules applies the validate tag to a value of the right type.
func (c *checker) rules(at string, v node, want *shape, f *field, shown string) {
	if f.rules == "" || want.kind == kindAny {
		return
	}
	raw := v.raw
	if v.kind == kindString {
		raw, _ = json.Marshal(v.text)
	}
	target := reflect.New(want.typ)
	if json.Unmarshal(raw, target.Interface()) != nil {
		return // an array with an item of a wrong type, which has been told
	}
	broken, _ := errors.AsType[validator.ValidationErrors](c.check.Var(target.Elem().Interface(), f.rules))
	for _, rule := range broken {
		c.fault(at, c.say.broken(rule, want.kind, shown, propertyName(at)))
	}
}

// annotation reports whether a property is OData's, such as "@odata.id". DSP0266
// lets requests carry them and services ignore them.
func annotation(name string) bool { return strings.HasPrefix(name, "@odata.") }

// onlyAnnotations reports whether a body holds nothing to act upon.
func onlyAnnotations(body []byte) bool {
	if len(body) == 0 {
		return true
	}
	doc, fault := parse(body)
	return fault == nil && !slices.ContainsFunc(doc.members, func(m member) bool { return !annotation(m.name) })
}

// unprintable reports a character that neither a database nor XML can keep.
func unprintable(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' || r == 0xFFFE || r == 0xFFFF
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escapePointer makes a name part of a JSON pointer (RFC 6901, section 3).
func escapePointer(name string) string { return pointerEscapes.Replace(clip(name)) }

// propertyName is what messages call the property at a pointer: "Boot/Primary".
func propertyName(pointer string) string { return pointer[1:] }

// clip shortens what a caller wrote before it is repeated to them.
func clip(text string) string {
	const most = 128
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
