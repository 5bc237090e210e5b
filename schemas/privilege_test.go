package schemas

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestStandardRoles(t *testing.T) {
	t.Parallel()
	// DSP0266, roles: exactly these.
	assert.ElementsMatch(t, []Privilege{"Login", "ConfigureManager", "ConfigureUsers", "ConfigureComponents", "ConfigureSelf"}, RoleAdministrator.AssignedPrivileges())
	assert.ElementsMatch(t, []Privilege{"Login", "ConfigureComponents", "ConfigureSelf"}, RoleOperator.AssignedPrivileges())
	assert.ElementsMatch(t, []Privilege{"Login", "ConfigureSelf"}, RoleReadOnly.AssignedPrivileges())
	assert.Empty(t, RoleID("Nobody").AssignedPrivileges())
}

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	type who struct {
		role RoleID // empty: nobody logged in
		own  bool
	}
	nobody, reader, owner := who{}, who{RoleReadOnly, false}, who{RoleReadOnly, true}
	operator, admin := who{RoleOperator, false}, who{RoleAdministrator, false}
	cases := []struct {
		entity, method string
		above          []string
		may, mayNot    []who
	}{
		{"ServiceRoot", "GET", nil, []who{nobody, reader}, nil},
		{"SessionCollection", "POST", nil, []who{nobody, reader}, nil},
		{"SessionCollection", "GET", nil, []who{reader}, []who{nobody}},
		{"Session", "DELETE", nil, []who{owner, admin}, []who{nobody, reader, operator}},
		{"ManagerAccount", "GET", nil, []who{owner, admin}, []who{nobody, reader, operator}},
		{"ManagerAccount", "PATCH", nil, []who{admin}, []who{owner, operator}},
		{"ComputerSystem", "GET", nil, []who{reader}, []who{nobody}},
		{"ComputerSystem", "POST", nil, []who{operator, admin}, []who{nobody, reader}},
		{"EthernetInterface", "PATCH", []string{"ComputerSystemCollection", "ComputerSystem", "EthernetInterfaceCollection"}, []who{operator}, []who{reader}},
		{"EthernetInterface", "PATCH", []string{"ManagerCollection", "Manager", "EthernetInterfaceCollection"}, []who{admin}, []who{operator}},
		{"EthernetInterface", "GET", []string{"ManagerCollection", "Manager", "EthernetInterfaceCollection"}, []who{reader}, []who{nobody}},
		{"LogService", "POST", []string{"ComputerSystem", "LogServiceCollection"}, []who{operator}, []who{reader}},
		{"LogService", "POST", []string{"Manager", "LogServiceCollection"}, []who{admin}, []who{operator}},
		{"Image", "POST", nil, []who{operator}, []who{reader}},
		{"HostCollection", "GET", nil, []who{admin}, []who{operator}},
		{"HawkFishSerialLog", "GET", nil, []who{operator}, []who{reader}},
	}
	for _, c := range cases {
		needs, ok := Required(c.entity, c.method, c.above...)
		assert.True(t, ok, "%s %s", c.method, c.entity)
		for _, w := range c.may {
			assert.True(t, needs.AllowedBy(w.role.AssignedPrivileges(), w.own), "%v may %s %s below %v", w, c.method, c.entity, c.above)
		}
		for _, w := range c.mayNot {
			assert.False(t, needs.AllowedBy(w.role.AssignedPrivileges(), w.own), "%v may not %s %s below %v", w, c.method, c.entity, c.above)
		}
	}
}

func TestAnyoneMayChangeTheirOwnPassword(t *testing.T) {
	t.Parallel()
	needs, ok := RequiredForProperty("ManagerAccount", "PATCH", "Password")
	assert.True(t, ok)
	assert.True(t, needs.AllowedBy(RoleReadOnly.AssignedPrivileges(), true))
	assert.False(t, needs.AllowedBy(RoleReadOnly.AssignedPrivileges(), false))
	_, ok = RequiredForProperty("ManagerAccount", "PATCH", "UserName")
	assert.False(t, ok)
}

func TestUnknownOperationNeedsWhatNobodyHas(t *testing.T) {
	t.Parallel()
	for _, op := range [][2]string{{"Nonsense", "GET"}, {"ComputerSystem", "TRACE"}} {
		needs, ok := Required(op[0], op[1])
		assert.False(t, ok)
		assert.False(t, needs.AllowedBy(RoleAdministrator.AssignedPrivileges(), true), "the zero AnyOf lets nobody in")
	}
}

func TestEveryEntityKnowsEveryMethod(t *testing.T) {
	t.Parallel()
	for _, table := range []map[string]map[string]AnyOf{Privileges, OEMPrivileges} {
		for entity, operations := range table {
			for _, method := range []string{"GET", "HEAD", "PATCH", "POST", "PUT", "DELETE"} {
				assert.NotEmpty(t, operations[method], "%s %s", method, entity)
			}
		}
	}
	for entity := range OEMPrivileges {
		assert.NotContains(t, Privileges, entity, "the standard has %s", entity)
	}
}
