package api

import (
	"maps"
	"slices"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// privilegeMapView is the PrivilegeMap (DSP0268, PrivilegeRegistry): what each method on each entity needs.
type privilegeMapView struct {
	ID                string                 `json:"Id"`
	Name              string                 `json:"Name"`
	PrivilegesUsed    []schemas.Privilege    `json:"PrivilegesUsed"`
	OEMPrivilegesUsed []string               `json:"OEMPrivilegesUsed"`
	Mappings          []privilegeMappingView `json:"Mappings"`
}

type privilegeMappingView struct {
	Entity               string                  `json:"Entity"`
	OperationMap         operationMapView        `json:"OperationMap"`
	PropertyOverrides    []privilegeOverrideView `json:"PropertyOverrides,omitempty"`
	SubordinateOverrides []privilegeOverrideView `json:"SubordinateOverrides,omitempty"`
	ResourceURIOverrides []privilegeOverrideView `json:"ResourceURIOverrides,omitempty"`
}

type privilegeOverrideView struct {
	Targets      []string         `json:"Targets"`
	OperationMap operationMapView `json:"OperationMap"`
}

// operationMapView lists, per method, sets of privileges of which one must be held whole.
type operationMapView map[string][]privilegeSetView

type privilegeSetView struct {
	Privilege []schemas.Privilege `json:"Privilege"`
}

func privilegeMap() redfish.Resource {
	return redfish.Define(redfish.Spec[privilegeMapView, struct{}]{
		Type:     schemas.TypePrivilegeRegistry,
		Path:     "/redfish/v1/AccountService/PrivilegeMap",
		Load:     nothing,
		Revision: unchanging,
		Show: func(redfish.Links, struct{}) privilegeMapView {
			v := privilegeMapView{
				ID: "PrivilegeMap", Name: "What operations need",
				PrivilegesUsed: schemas.RoleAdministrator.AssignedPrivileges(), OEMPrivilegesUsed: []string{},
			}
			for _, table := range []map[string]map[string]schemas.AnyOf{schemas.Privileges, schemas.OEMPrivileges} {
				for _, entity := range slices.Sorted(maps.Keys(table)) {
					v.Mappings = append(v.Mappings, privilegeMapping(entity, table[entity]))
				}
			}
			return v
		},
	})
}

func privilegeMapping(entity string, operations map[string]schemas.AnyOf) privilegeMappingView {
	effective := maps.Clone(operations)
	for method := range operations {
		if needs, ok := schemas.Required(entity, method); ok {
			effective[method] = needs
		}
	}
	m := privilegeMappingView{Entity: entity, OperationMap: operationMap(effective)}
	into := map[schemas.OverrideKind]*[]privilegeOverrideView{
		schemas.PropertyOverride:    &m.PropertyOverrides,
		schemas.SubordinateOverride: &m.SubordinateOverrides,
		schemas.ResourceURIOverride: &m.ResourceURIOverrides,
	}
	for _, o := range schemas.Overrides[entity] {
		*into[o.Kind] = append(*into[o.Kind], privilegeOverrideView{o.Targets, operationMap(o.Operations)})
	}
	return m
}

func operationMap(operations map[string]schemas.AnyOf) operationMapView {
	v := operationMapView{}
	for method, needs := range operations {
		for _, set := range needs {
			v[method] = append(v[method], privilegeSetView{set})
		}
	}
	return v
}
