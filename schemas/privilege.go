package schemas

import "slices"

// Privilege is one right of the Redfish privilege model (DSP0266, privilege model).
type Privilege string

// AnyOf is what an operation needs: any one of these sets, whole.
type AnyOf [][]Privilege

// Anonymous reports whether nobody needs to log in.
func (a AnyOf) Anonymous() bool {
	return a.AllowedBy(nil, false)
}

// AllowedBy reports whether someone with these privileges may do it. own says
// whether it is about the caller's own account, session or subscription: only
// then does ConfigureSelf count.
func (a AnyOf) AllowedBy(held []Privilege, own bool) bool {
	return slices.ContainsFunc(a, func(set []Privilege) bool {
		return !slices.ContainsFunc(set, func(p Privilege) bool {
			switch p {
			case PrivilegeNoAuth:
				return false
			case PrivilegeConfigureSelf:
				return !own || !slices.Contains(held, p)
			}
			return !slices.Contains(held, p)
		})
	})
}

// Override replaces what an entity's operations need, in some places (DSP2046,
// PrivilegeRegistry, Mappings). Methods it does not name keep their needs.
type Override struct {
	Kind OverrideKind
	// Targets are the properties; or the entities above, outermost first; or the URIs.
	Targets    []string
	Operations map[string]AnyOf
}

// OverrideKind says where an override applies.
type OverrideKind string

const (
	PropertyOverride    OverrideKind = "Property"    // when a request changes one of these properties and no other
	SubordinateOverride OverrideKind = "Subordinate" // below these entities
	ResourceURIOverride OverrideKind = "ResourceURI" // at these URIs
)

// Required returns what a method on an entity needs, of the standard's entities
// or of ours. above are the entities it lies below, outermost first, such as
// "Manager", "EthernetInterfaceCollection". ok is false for an unknown entity or method.
func Required(entity, method string, above ...string) (needs AnyOf, ok bool) {
	if needs, ok := exceptions[entity][method]; ok {
		return needs, true
	}
	for _, o := range Overrides[entity] {
		if o.Kind != SubordinateOverride || !within(o.Targets, above) {
			continue
		}
		if needs, ok := o.Operations[method]; ok {
			return needs, true
		}
	}
	for _, table := range []map[string]map[string]AnyOf{Privileges, OEMPrivileges} {
		if needs, ok := table[entity][method]; ok {
			return needs, true
		}
	}
	return nil, false
}

// RequiredForProperty returns what changing one property needs, when that is
// another than for the entity as a whole: everyone may change their own Password.
func RequiredForProperty(entity, method, property string) (needs AnyOf, ok bool) {
	for _, o := range Overrides[entity] {
		if o.Kind == PropertyOverride && slices.Contains(o.Targets, property) {
			needs, ok = o.Operations[method]
			return needs, ok
		}
	}
	return nil, false
}

// within reports whether targets stand among above, in this order.
func within(targets, above []string) bool {
	for _, entity := range above {
		if len(targets) > 0 && targets[0] == entity {
			targets = targets[1:]
		}
	}
	return len(targets) == 0
}
