package schemas

import "slices"

// RoleID names one of the standard roles (DSP0266, roles).
type RoleID string

const (
	RoleAdministrator RoleID = "Administrator"
	RoleOperator      RoleID = "Operator"
	RoleReadOnly      RoleID = "ReadOnly"
)

// Values lists the standard roles.
func (RoleID) Values() []string {
	return []string{string(RoleAdministrator), string(RoleOperator), string(RoleReadOnly)}
}

// assigned is the table of DSP0266: what each role may.
var assigned = map[RoleID][]Privilege{
	RoleAdministrator: {PrivilegeLogin, PrivilegeConfigureManager, PrivilegeConfigureUsers, PrivilegeConfigureComponents, PrivilegeConfigureSelf},
	RoleOperator:      {PrivilegeLogin, PrivilegeConfigureComponents, PrivilegeConfigureSelf},
	RoleReadOnly:      {PrivilegeLogin, PrivilegeConfigureSelf},
}

// AssignedPrivileges lists what a role may; an unknown role may nothing.
func (r RoleID) AssignedPrivileges() []Privilege { return slices.Clone(assigned[r]) }
