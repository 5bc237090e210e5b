package redfish

import (
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Caller is who is asking, and what they may do.
type Caller struct {
	Actor      hawkfish.Actor
	Privileges []schemas.Privilege // of the account's own role
	// Roles are what the caller may do in projects where it is not what the account's own role says.
	Roles map[string]hawkfish.ProjectRole
	// PasswordChangeRequired limits the caller to their own account and session (DSP0266, "Password change required").
	PasswordChangeRequired bool
}

// may reports whether the caller, who may be nobody (nil), has what is needed outside of every project.
// own says whether it is about the caller's own account or session.
//
// Components belong to projects: who does not see all of them configures none but a project's. So
// a declaration that forgets its Project lets in too few, never too many.
func (c *Caller) may(needs schemas.AnyOf, own bool) bool {
	if c == nil {
		return needs.Anonymous()
	}
	held := c.Privileges
	if i := slices.Index(held, schemas.PrivilegeConfigureComponents); i >= 0 && !c.Actor.Scope.All {
		held = slices.Delete(slices.Clone(held), i, i+1)
	}
	return needs.AllowedBy(held, own)
}

// mayIn reports whether the caller has what is needed in a project.
func (c *Caller) mayIn(needs schemas.AnyOf, projectID string) bool {
	if role, ok := c.Roles[projectID]; ok && !c.Actor.Scope.All {
		return needs.AllowedBy(role.Privileges(), false)
	}
	return needs.AllowedBy(c.Privileges, false)
}

// mayInAny reports whether there is a project in which the caller has what is needed. Who belongs to none may look
// in vain, so that they learn no more of what is there than others do.
func (c *Caller) mayInAny(needs schemas.AnyOf) bool {
	if c == nil {
		return false
	}
	if len(c.Actor.Scope.Projects) == 0 {
		return needs.AllowedBy(c.Privileges, false)
	}
	return slices.ContainsFunc(c.Actor.Scope.Projects, func(id string) bool { return c.mayIn(needs, id) })
}

// Request is what an operation may see of an HTTP request.
type Request struct {
	Method, Path, RawQuery string
	IfMatch, IfNoneMatch   string
	Body                   []byte
	Caller                 *Caller // nil: nobody
	RemoteAddr             string
	Scheme, Host           string
	ID                     string // of the request, for logs
	Trace                  string // what follows from the request names its parent by (W3C Trace Context); "": nothing is traced

	Prefer *Preference // nil: the client has none

	vars  [maxVars]variable
	n     int
	needs schemas.AnyOf // of the operation

	of    *bound // what is asked
	shape *shape // of the body, once it has been checked; nil: there is none
	query *query // nil: nothing
	want  wanted // what List narrows by
	rest  filter // what is looked at member by member; nil: nothing

	listed map[string]any // members that List has loaded, by key
}

// maxVars is how many variables a path may have.
const maxVars = 4

type variable struct{ name, value string }

// SetVar sets the value of a path variable. No path has more than a Request can hold.
func (r *Request) SetVar(name, value string) {
	r.vars[r.n] = variable{name, value}
	r.n++
}

// Var returns the value of a path variable, "" when the path has none of that name.
func (r *Request) Var(name string) string {
	for _, v := range r.vars[:r.n] {
		if v.name == name {
			return v.value
		}
	}
	return ""
}

// Wants returns the value that members must have in a property, nil when any will do. It is for a collection's
// List, and for the properties that its declaration names in Filters.
func (r *Request) Wants(property string) *string {
	if value, ok := r.want[property]; ok {
		return &value
	}
	return nil
}

// Actor returns who asks; nobody is the zero Actor, who sees nothing.
func (r *Request) Actor() hawkfish.Actor {
	if r.Caller == nil {
		return hawkfish.Actor{}
	}
	return r.Caller.Actor
}

// Scope returns what the caller may see.
func (r *Request) Scope() hawkfish.Scope { return r.Actor().Scope }

// Field is one header line.
type Field struct{ Name, Value string }

// Header is the header lines of a reply. Replies share them: never change one in place.
type Header []Field

// Get returns the first value of a header line, "" when there is none.
func (h Header) Get(name string) string {
	for _, f := range h {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// with returns the header and more lines, and leaves h as it is.
func (h Header) with(more ...Field) Header { return append(slices.Clip(h), more...) }

// Reply is an HTTP response before it is written. Bodies are shared: never change one in place.
type Reply struct {
	Status      int
	Header      Header // Allow, Link, Location, Retry-After, WWW-Authenticate, X-Auth-Token
	Body        []byte // nil: none
	ContentType string // "": application/json
	ETag        string // quoted; "": none
	Task        string // ID of the task that carries out what was asked for; "": none

	watched *watched // nil: there is nothing to wait for
}
