package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// roleView is a role as callers see it (DSP0268, Role).
type roleView struct {
	ID                 string              `json:"Id"`
	Name               string              `json:"Name"`
	RoleID             string              `json:"RoleId"`
	IsPredefined       bool                `json:"IsPredefined"`
	AssignedPrivileges []schemas.Privilege `json:"AssignedPrivileges"`
	OemPrivileges      []string            `json:"OemPrivileges"`
}

// newRole is what it takes to create a role. The standard ones (DSP0266, "Roles") are there already.
type newRole struct {
	RoleID             string              `json:"RoleId" validate:"required,min=1,max=64"`
	AssignedPrivileges []schemas.Privilege `json:"AssignedPrivileges" validate:"required,max=32"`
	OemPrivileges      []string            `json:"OemPrivileges" validate:"max=0"`
}

// rolePatch holds the writable properties of a Role.
type rolePatch struct {
	AssignedPrivileges *[]schemas.Privilege `json:"AssignedPrivileges" validate:"max=32"`
	OemPrivileges      *[]string            `json:"OemPrivileges" validate:"max=0"`
}

func roleCollection(c *control.Control) redfish.Resource {
	return redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeRoleCollection,
		Title: "Roles",
		Path:  "/redfish/v1/AccountService/Roles",
		Of:    "Role",
		List: func(ctx context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			all, err := c.ListRoles(ctx)
			return redfish.Keys(redfish.Slice(all, page), roleKey), len(all), err
		},
		Create: redfish.Creates(func(ctx context.Context, _ *redfish.Request, p newRole) (redfish.Result, error) {
			made, err := c.AddRole(ctx, p.RoleID, p.AssignedPrivileges)
			return redfish.Created("Role", made), err
		}),
	})
}

func role(c *control.Control) redfish.Resource {
	return redfish.Define(redfish.Spec[roleView, hawkfish.Role]{
		Type: schemas.TypeRole,
		Path: "/redfish/v1/AccountService/Roles/{id}",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.Role, error) {
			return c.FindRole(ctx, req.Var("id"))
		},
		Key:      roleKey,
		Revision: func(r hawkfish.Role) int64 { return r.Revision },
		Show: func(_ redfish.Links, r hawkfish.Role) roleView {
			return roleView{
				ID: r.ID, Name: "Role " + r.ID, RoleID: r.ID, IsPredefined: r.Predefined,
				AssignedPrivileges: r.Privileges, OemPrivileges: []string{},
			}
		},
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, r hawkfish.Role, p rolePatch) (hawkfish.Role, error) {
			if p.AssignedPrivileges == nil {
				p.AssignedPrivileges = &r.Privileges
			}
			return c.ChangeRole(ctx, r, req.Expects(r.Revision), *p.AssignedPrivileges)
		}),
		Delete: func(ctx context.Context, req *redfish.Request, r hawkfish.Role) (redfish.Result, error) {
			return redfish.Done(), c.DeleteRole(ctx, r.ID, req.Expects(r.Revision))
		},
	})
}

func roleKey(r hawkfish.Role) string { return r.ID }
