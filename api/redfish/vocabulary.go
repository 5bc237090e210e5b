package redfish

import (
	"github.com/go-playground/validator/v10"

	"github.com/projectbeskar/hawkfish/schemas"
)

// vocabulary is how the faults of a body are told: of a resource they are
// properties, of an action parameters.
type vocabulary struct {
	unknown, missing, duplicate              func(name string) schemas.Message
	typeError, format, notInList, outOfRange func(value, name string) schemas.Message
}

var ofProperties = vocabulary{
	unknown:    schemas.PropertyUnknown,
	missing:    schemas.PropertyMissing,
	duplicate:  schemas.PropertyDuplicate,
	typeError:  schemas.PropertyValueTypeError,
	format:     schemas.PropertyValueFormatError,
	notInList:  schemas.PropertyValueNotInList,
	outOfRange: schemas.PropertyValueOutOfRange,
}

// ofAction returns the vocabulary of an action's parameters.
func ofAction(action string) vocabulary {
	one := func(tell func(action, name string) schemas.Message) func(string) schemas.Message {
		return func(name string) schemas.Message { return tell(action, name) }
	}
	two := func(tell func(value, name, action string) schemas.Message) func(string, string) schemas.Message {
		return func(value, name string) schemas.Message { return tell(value, name, action) }
	}
	return vocabulary{
		unknown:    one(schemas.ActionParameterUnknown),
		missing:    one(schemas.ActionParameterMissing),
		duplicate:  one(schemas.ActionParameterDuplicate),
		typeError:  two(schemas.ActionParameterValueTypeError),
		format:     two(schemas.ActionParameterValueFormatError),
		notInList:  two(schemas.ActionParameterValueNotInList),
		outOfRange: two(schemas.ActionParameterValueOutOfRange),
	}
}

// limits are the validator's rules about how much or how many; true: at least.
var limits = map[string]bool{"min": true, "gte": true, "gt": true, "max": false, "lte": false, "lt": false}

// broken tells which rule of a validate tag a value breaks.
func (say vocabulary) broken(rule validator.FieldError, k kind, value, name string) schemas.Message {
	least, isLimit := limits[rule.Tag()]
	switch {
	case rule.Tag() == "oneof":
		return say.notInList(value, name)
	case !isLimit:
		return say.format(value, name)
	case k == kindString && least:
		return schemas.StringValueTooShort(value, rule.Param())
	case k == kindString:
		return schemas.StringValueTooLong(value, rule.Param())
	case k == kindArray && least:
		return schemas.ArraySizeTooShort(name, rule.Param())
	case k == kindArray:
		return schemas.ArraySizeTooLong(name, rule.Param())
	}
	return say.outOfRange(value, name)
}
