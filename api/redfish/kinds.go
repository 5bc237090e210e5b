package redfish

import (
	"cmp"
	"net/http"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// kinds is the only place where the fleet's words meet the Base registry: it
// maps each kind of failure to the message that callers get. A fault of a
// property, which is a fault of the request, has a message of its own.
var kinds = map[hawkfish.Kind]struct {
	tell       func(e *hawkfish.Error) schemas.Message
	ofProperty func(e *hawkfish.Error) schemas.Message // nil: the same
}{
	hawkfish.Invalid: {
		tell: func(*hawkfish.Error) schemas.Message { return as(http.StatusBadRequest, schemas.GeneralError()) },
		ofProperty: func(e *hawkfish.Error) schemas.Message {
			return schemas.PropertyValueIncorrect(propertyOf(e), clip(e.Value))
		},
	},
	hawkfish.NotFound: {
		tell: func(e *hawkfish.Error) schemas.Message { return schemas.ResourceNotFound(e.Resource, clip(e.ID)) },
		// The URI exists; what the property names does not.
		ofProperty: func(e *hawkfish.Error) schemas.Message {
			return as(http.StatusBadRequest, schemas.ResourceNotFound(e.Resource, clip(cmp.Or(e.Value, e.ID))))
		},
	},
	hawkfish.Exists: {
		tell: func(e *hawkfish.Error) schemas.Message {
			return as(http.StatusConflict, schemas.ResourceAlreadyExists(e.Resource, propertyOf(e), clip(e.Value)))
		},
	},
	hawkfish.Conflict: {
		tell: func(*hawkfish.Error) schemas.Message { return as(http.StatusConflict, schemas.ResourceInUse()) },
		ofProperty: func(e *hawkfish.Error) schemas.Message {
			return as(http.StatusConflict, schemas.ActionParameterValueConflict(propertyOf(e), clip(e.Value)))
		},
	},
	hawkfish.Busy:   {tell: func(*hawkfish.Error) schemas.Message { return as(http.StatusConflict, schemas.ResourceInUse()) }},
	hawkfish.Stale:  {tell: func(*hawkfish.Error) schemas.Message { return schemas.PreconditionFailed() }},
	hawkfish.Denied: {tell: func(*hawkfish.Error) schemas.Message { return schemas.InsufficientPrivilege() }},
	hawkfish.Unsupported: {
		tell: func(e *hawkfish.Error) schemas.Message {
			return schemas.ActionNotSupported(cmp.Or(e.Message, e.Resource))
		},
		ofProperty: func(e *hawkfish.Error) schemas.Message {
			return schemas.PropertyValueNotInList(clip(e.Value), propertyOf(e))
		},
	},
	hawkfish.Exhausted: {
		tell: func(e *hawkfish.Error) schemas.Message {
			return schemas.HawkFishNoHostFits(cmp.Or(e.Message, "none has enough left"))
		},
		// A quota of this property is used up.
		ofProperty: func(e *hawkfish.Error) schemas.Message {
			return schemas.HawkFishQuotaExceeded(e.ID, propertyOf(e), e.Value)
		},
	},
	hawkfish.TimedOut: {tell: func(*hawkfish.Error) schemas.Message { return schemas.OperationTimeout() }},
	hawkfish.Unavailable: {tell: func(*hawkfish.Error) schemas.Message {
		return schemas.ServiceTemporarilyUnavailable(retryDown)
	}},
	hawkfish.Internal: {tell: func(*hawkfish.Error) schemas.Message { return schemas.InternalError() }},
}

// Explain returns the messages of an error's faults, for a reply and for a task alike.
func Explain(err error) []schemas.Message {
	var msgs []schemas.Message
	for _, e := range hawkfish.Faults(err) {
		msgs = append(msgs, explain(e))
	}
	return msgs
}

// ExplainAll returns the messages of faults that were kept.
func ExplainAll(faults []*hawkfish.Error) []schemas.Message {
	msgs := make([]schemas.Message, len(faults))
	for i, e := range faults {
		msgs[i] = explain(e)
	}
	return msgs
}

func explain(e *hawkfish.Error) schemas.Message {
	kind, known := kinds[e.Kind]
	if !known {
		kind = kinds[hawkfish.Internal]
	}
	tell := kind.tell
	if e.Property != "" && kind.ofProperty != nil {
		tell = kind.ofProperty
	}
	m := tell(e)
	if e.Message != "" && e.Kind != hawkfish.Internal {
		m.Resolution = e.Message // the registry's sentence says what; the fleet's says why
	}
	return m.At(e.Property)
}

// as gives a message the status it has in this use.
func as(status int, m schemas.Message) schemas.Message {
	m.Status = status
	return m
}

func propertyOf(e *hawkfish.Error) string {
	if e.Property == "" {
		return ""
	}
	return propertyName(e.Property)
}
