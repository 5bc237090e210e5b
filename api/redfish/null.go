package redfish

import (
	"bytes"
	"reflect"
)

// In a body null means that a property shall have no value (DSP0266, "PATCH (update)"; the schema says which may). Where
// a field's tag says null:"clears" it arrives as the zero of its type, behind a pointer that is not nil; elsewhere null is
// of the wrong type. An action's parameter with that tag is taken as if it had been left out.

const nullTag = "null"

// clears reports whether null empties the property that a field holds. It panics on a field that could not tell an
// empty value from none.
func clears(f reflect.StructField) bool {
	if f.Tag.Get(nullTag) != "clears" {
		return false
	}
	if f.Type.Kind() != reflect.Pointer || f.Type.Elem().Kind() == reflect.Struct {
		panic(f.Name + ": null can only clear what a pointer to a plain value holds")
	}
	return true
}

// clearNulls sets the fields of a decoded body that null empties.
func clearNulls(into reflect.Value, body []byte) {
	if !bytes.Contains(body, []byte("null")) {
		return
	}
	if doc, fault := parse(body); fault == nil {
		clearFields(into, doc)
	}
}

func clearFields(into reflect.Value, doc node) {
	for into.Kind() == reflect.Pointer {
		into = into.Elem()
	}
	if into.Kind() != reflect.Struct {
		return
	}
	for _, m := range doc.members {
		for f, v := range into.Fields() {
			switch {
			case jsonName(f) != m.name || !f.IsExported():
			case m.value.kind == kindNull && clears(f):
				v.Set(reflect.New(f.Type.Elem()))
			case m.value.kind == kindObject:
				clearFields(v, m.value)
			}
		}
	}
}
