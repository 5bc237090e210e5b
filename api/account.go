package api

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// accountServiceView is the AccountService (DSP0268).
type accountServiceView struct {
	ID             string        `json:"Id"`
	Name           string        `json:"Name"`
	ServiceEnabled bool          `json:"ServiceEnabled"`
	Status         status        `json:"Status"`
	Accounts       *redfish.Link `json:"Accounts"`
	Roles          *redfish.Link `json:"Roles"`
}

// accountView is an account as callers see it (DSP0268, ManagerAccount).
type accountView struct {
	ID             string       `json:"Id"`
	Name           string       `json:"Name"`
	UserName       string       `json:"UserName"`
	Password       *string      `json:"Password"` // always null (DSP0268)
	RoleID         string       `json:"RoleId"`
	Enabled        bool         `json:"Enabled"`
	Locked         bool         `json:"Locked"`
	ChangeRequired bool         `json:"PasswordChangeRequired"`
	AccountTypes   []string     `json:"AccountTypes"`
	Links          accountLinks `json:"Links"`
}

type accountLinks struct {
	Role *redfish.Link `json:"Role,omitempty"`
}

// roleView is a role as callers see it (DSP0268, Role).
type roleView struct {
	ID                 string              `json:"Id"`
	Name               string              `json:"Name"`
	RoleID             schemas.RoleID      `json:"RoleId"`
	IsPredefined       bool                `json:"IsPredefined"`
	AssignedPrivileges []schemas.Privilege `json:"AssignedPrivileges"`
	OemPrivileges      []string            `json:"OemPrivileges"`
}

func accounts(c *control.Control) []redfish.Resource {
	service := redfish.Define(redfish.Spec[accountServiceView, struct{}]{
		Type:     schemas.TypeAccountService,
		Path:     "/redfish/v1/AccountService",
		Load:     nothing,
		Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) accountServiceView {
			return accountServiceView{
				ID: "AccountService", Name: "Accounts", ServiceEnabled: true, Status: working,
				Accounts: to.To("ManagerAccountCollection", ""), Roles: to.To("RoleCollection", ""),
			}
		},
	})
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeManagerAccountCollection,
		Title: "Accounts",
		Path:  "/redfish/v1/AccountService/Accounts",
		Of:    "ManagerAccount",
		List: func(ctx context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			all, err := c.ListAccounts(ctx)
			return redfish.Keys(redfish.Slice(all, page), accountKey), len(all), err
		},
	})
	account := redfish.Define(redfish.Spec[accountView, hawkfish.Account]{
		Type: schemas.TypeManagerAccount,
		Path: "/redfish/v1/AccountService/Accounts/{id}",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.Account, error) {
			return c.FindAccount(ctx, req.Var("id"))
		},
		Key:      accountKey,
		Owner:    accountKey,
		Revision: func(a hawkfish.Account) int64 { return a.Revision },
		Show: func(to redfish.Links, a hawkfish.Account) accountView {
			return accountView{
				ID: a.ID, Name: "Account of " + a.UserName, UserName: a.UserName, RoleID: a.RoleID, Enabled: a.Enabled,
				ChangeRequired: a.PasswordChangeRequired, AccountTypes: []string{"Redfish"},
				Links: accountLinks{Role: to.To("Role", a.RoleID)},
			}
		},
	})
	return append([]redfish.Resource{service, collection, account}, roles()...)
}

func accountKey(a hawkfish.Account) string { return a.ID }

// roles are the standard ones (DSP0266, "Roles"), which nobody can change.
func roles() []redfish.Resource {
	known := schemas.RoleID("").Values()
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeRoleCollection,
		Title: "Roles",
		Path:  "/redfish/v1/AccountService/Roles",
		Of:    "Role",
		List: func(_ context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			return redfish.Slice(known, page), len(known), nil
		},
	})
	role := redfish.Define(redfish.Spec[roleView, schemas.RoleID]{
		Type: schemas.TypeRole,
		Path: "/redfish/v1/AccountService/Roles/{id}",
		Load: func(_ context.Context, req *redfish.Request) (schemas.RoleID, error) {
			id := req.Var("id")
			if !slices.Contains(known, id) {
				return "", hawkfish.Missing("Role", id)
			}
			return schemas.RoleID(id), nil
		},
		Key:      func(r schemas.RoleID) string { return string(r) },
		Revision: func(schemas.RoleID) int64 { return 1 },
		Show: func(_ redfish.Links, r schemas.RoleID) roleView {
			return roleView{
				ID: string(r), Name: "Role " + string(r), RoleID: r, IsPredefined: true,
				AssignedPrivileges: r.AssignedPrivileges(), OemPrivileges: []string{},
			}
		},
	})
	return []redfish.Resource{collection, role}
}
