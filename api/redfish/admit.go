package redfish

import (
	"net/http"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// This file decides who may do what: first by what is known before the state is loaded (admit), and then, of
// what belongs to an account or to a project, with the state at hand (allow).

// account is the entity that a caller who must change the password may still read and change (DSP0266,
// "Password change required handling").
const account = "ManagerAccount"

// admit lets pass who may do this to anything at all.
func (op *Operation) admit(req *Request) error {
	req.needs = op.Needs
	caller, owned := req.Caller, op.of.owner != nil
	switch {
	case caller == nil && !op.Needs.Anonymous():
		return Rejected{schemas.NoValidSession()}
	case !op.of.everywhere(caller, op.demands(req), owned):
		return Rejected{schemas.InsufficientPrivilege()}
	case caller == nil || !caller.PasswordChangeRequired || op.Needs.Anonymous():
		return nil
	case op.of.Like == account && (op.Method == http.MethodGet || op.Method == http.MethodPatch):
		return nil // when it is their own
	}
	return op.of.mustChangePassword(caller)
}

// everywhere reports whether the caller has all that is needed or, where that depends on the project, has it in one.
func (b *bound) everywhere(caller *Caller, needs []schemas.AnyOf, own bool) bool {
	for _, one := range needs {
		if !caller.may(one, own) && !(b.inProject && caller.mayInAny(one)) {
			return false
		}
	}
	return true
}

// allow lets pass who may do method to this state.
func (b *bound) allow(req *Request, method string, state any) error {
	caller, own := req.Caller, false
	if b.owner != nil && caller != nil {
		own = b.owner(state) == caller.Actor.AccountID
	}
	for _, needs := range b.demands(method, req) {
		var allowed bool
		if b.project != nil && caller != nil && b.project(state) != "" {
			allowed = caller.mayIn(needs, b.project(state))
		} else {
			allowed = caller.may(needs, own)
		}
		if !allowed {
			return Rejected{schemas.InsufficientPrivilege()}
		}
	}
	if caller == nil || !caller.PasswordChangeRequired || b.Like == "" {
		return nil
	}
	onlyPassword := method == http.MethodGet || method == http.MethodPatch && b.overridden(req.Body)
	if b.Like == account && own && onlyPassword {
		return nil
	}
	return b.mustChangePassword(caller)
}

func (op *Operation) demands(req *Request) []schemas.AnyOf {
	if op.Method == http.MethodPatch {
		return op.of.demands(op.Method, req)
	}
	return []schemas.AnyOf{op.Needs}
}

// demands lists what a method needs, all of it: that of the entity or, when a PATCH changes nothing but
// properties for which the registry has an override, theirs.
func (b *bound) demands(method string, req *Request) []schemas.AnyOf {
	if method != http.MethodPatch || !b.overridden(req.Body) {
		return []schemas.AnyOf{b.needs(method)}
	}
	var all []schemas.AnyOf
	for _, name := range propertiesOf(req.Body) {
		needs, _ := schemas.RequiredForProperty(b.Like, method, name)
		all = append(all, needs)
	}
	return all
}

// overridden reports whether a body names properties, and all of them have an override.
func (b *bound) overridden(body []byte) bool {
	if len(schemas.Overrides[b.Like]) == 0 {
		return false
	}
	names := propertiesOf(body)
	for _, name := range names {
		if _, ok := schemas.RequiredForProperty(b.Like, http.MethodPatch, name); !ok {
			return false
		}
	}
	return len(names) > 0
}

// propertiesOf lists the top-level properties of a body, without annotations; none of a body that is no object.
func propertiesOf(body []byte) []string {
	doc, fault := parse(body)
	if fault != nil {
		return nil
	}
	var names []string
	for _, m := range doc.members {
		if !annotation(m.name) {
			names = append(names, m.name)
		}
	}
	return names
}

// mustChangePassword tells a caller where to set a password before anything else.
func (b *bound) mustChangePassword(caller *Caller) error {
	return Rejected{schemas.PasswordChangeRequired(b.links.URI(account, caller.Actor.AccountID))}
}

// May reports whether the caller may do method to an entity in a project. What a reply offers them depends on it.
func (r *Request) May(method, entity, projectID string) bool {
	return r.Caller != nil && r.Caller.mayIn(needs(entity, method), projectID)
}

// Permitted returns the part of the caller's scope in which they may do what this request asks for. Who
// creates something in a project asks whether the project is in it.
func (r *Request) Permitted() hawkfish.Scope {
	scope := r.Scope()
	if r.Caller == nil || scope.All {
		return scope
	}
	var within hawkfish.Scope
	for _, id := range scope.Projects {
		if r.Caller.mayIn(r.needs, id) {
			within.Projects = append(within.Projects, id)
		}
	}
	return within
}
