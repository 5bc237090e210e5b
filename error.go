package hawkfish

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in the words of the fleet, not of HTTP, SQL or libvirt.
type Kind string

const (
	Invalid     Kind = "invalid"     // the request can never succeed
	NotFound    Kind = "not_found"   // no such resource, or the caller may not see it
	Exists      Kind = "exists"      // the name is taken
	Conflict    Kind = "conflict"    // the resource's current state forbids it
	Busy        Kind = "busy"        // the resource's queue of tasks is full
	Stale       Kind = "stale"       // the caller's ETag is out of date
	Denied      Kind = "denied"      // the caller may see it, but not do this to it
	Unsupported Kind = "unsupported" // this host or persona cannot do it
	Exhausted   Kind = "exhausted"   // no host fits, or a quota is used up
	TimedOut    Kind = "timed_out"   // the guest did not do in time what it was asked to
	Unavailable Kind = "unavailable" // a dependency is down; retry may help
	Internal    Kind = "internal"    // a bug
)

// Kinds lists every kind, so that tables keyed by kind can be checked for gaps.
var Kinds = []Kind{Invalid, NotFound, Exists, Conflict, Busy, Stale, Denied, Unsupported, Exhausted, TimedOut, Unavailable, Internal}

// Retryable reports whether trying again, unchanged, may succeed.
func (k Kind) Retryable() bool { return k == Unavailable || k == Internal }

// Error carries a kind, a message fit for any caller, and a cause fit only for logs.
//
// It is also what a failed task keeps, so that a task that fails in minute
// three reads like a request refused at once; Err is never kept.
type Error struct {
	Kind     Kind   `json:"kind"`
	Resource string `json:"resource,omitempty"` // Redfish entity, such as "ComputerSystem"
	ID       string `json:"id,omitempty"`
	Property string `json:"property,omitempty"` // JSON pointer of the offending property, such as "/Boot/Primary"
	Value    string `json:"value,omitempty"`    // the offending value as the caller wrote it
	Message  string `json:"message,omitempty"`
	Err      error  `json:"-"`
	// Permanent: trying again, unchanged, fails again, although the kind suggests otherwise.
	Permanent bool `json:"-"`
}

func (e *Error) Error() string {
	text := string(e.Kind)
	for _, part := range []string{e.Resource, e.ID, e.Property, e.Message} {
		if part != "" {
			text += ": " + part
		}
	}
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", text, e.Err)
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err; an error of no known kind is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Faults lists the *Error values in err, which may join several: the faults of
// one request. An error of no known kind becomes one Internal fault.
func Faults(err error) []*Error {
	switch e := err.(type) { //nolint:errorlint // each layer is looked at in its turn
	case nil:
		return nil
	case *Error:
		return []*Error{e}
	case interface{ Unwrap() []error }:
		var all []*Error
		for _, one := range e.Unwrap() {
			all = append(all, Faults(one)...)
		}
		return all
	case interface{ Unwrap() error }: // a wrapper around one or many
		if inner := e.Unwrap(); inner != nil {
			return Faults(inner)
		}
	}
	return []*Error{{Kind: Internal, Err: err}}
}

// Missing reports that a resource does not exist, or that the caller may not see it.
func Missing(resource, id string) error {
	return &Error{Kind: NotFound, Resource: resource, ID: id}
}

// Taken reports that another resource has the value of a property that must be unique.
func Taken(resource, property, value string) error {
	return &Error{Kind: Exists, Resource: resource, Property: property, Value: value}
}

// Refused reports a property's value that can never be accepted, and why.
func Refused(property, value, why string) error {
	return &Error{Kind: Invalid, Property: property, Value: value, Message: why}
}

// Down reports that a dependency does not answer.
func Down(what string, cause error) error {
	return &Error{Kind: Unavailable, Message: what + " does not answer", Err: cause}
}
