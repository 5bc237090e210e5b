// Package redfish is the resource kit. A resource is declared once; its
// routes, privilege checks, body checks, ETags, ActionInfo and error bodies all
// derive from that declaration. It knows no resource, no router and no use case.
package redfish

// Resource is a declaration with its types erased, so that unlike resources fit one list.
type Resource struct{}
