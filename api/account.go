package api

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// accountView is an account as callers see it (DSP0268, ManagerAccount).
type accountView struct {
	ID             string        `json:"Id"`
	Name           string        `json:"Name"`
	UserName       string        `json:"UserName"`
	Password       *string       `json:"Password"` // always null (DSP0268)
	RoleID         string        `json:"RoleId"`
	Enabled        bool          `json:"Enabled"`
	Locked         bool          `json:"Locked"`
	ChangeRequired bool          `json:"PasswordChangeRequired"`
	AccountTypes   []accountType `json:"AccountTypes"`
	Links          accountLinks  `json:"Links"`
}

type accountLinks struct {
	Role *redfish.Link `json:"Role,omitempty"`
}

// accountType is what accounts are good for here.
type accountType schemas.AccountTypes

// Values lists the types.
func (accountType) Values() []string { return []string{string(schemas.AccountTypesRedfish)} }

// accountOem says what the account may do in projects.
type accountOem struct {
	Type     string           `json:"@odata.type"`
	Projects []accountProject `json:"Projects"`
}

type accountProject struct {
	Project *redfish.Link        `json:"Project"`
	Role    hawkfish.ProjectRole `json:"Role,omitempty"` // absent: what the account's own role says
}

// newAccount is what it takes to create an account.
type newAccount struct {
	UserName       string         `json:"UserName" validate:"required,min=1,max=64"`
	Password       string         `json:"Password" validate:"required,max=255" secret:"true"`
	RoleID         string         `json:"RoleId" validate:"required,max=64"`
	Enabled        *bool          `json:"Enabled"`
	Locked         *bool          `json:"Locked"`
	ChangeRequired *bool          `json:"PasswordChangeRequired"`
	AccountTypes   *[]accountType `json:"AccountTypes" validate:"min=1"`
}

// accountPatch holds the writable properties of a ManagerAccount.
type accountPatch struct {
	UserName       *string        `json:"UserName" validate:"min=1,max=64"`
	Password       *string        `json:"Password" validate:"max=255" secret:"true"`
	RoleID         *string        `json:"RoleId" validate:"max=64"`
	Enabled        *bool          `json:"Enabled"`
	Locked         *bool          `json:"Locked"`
	ChangeRequired *bool          `json:"PasswordChangeRequired"`
	AccountTypes   *[]accountType `json:"AccountTypes" validate:"min=1"`
}

func accounts(c *control.Control) []redfish.Resource {
	return []redfish.Resource{accountService(c), accountCollection(c), account(c), roleCollection(c), role(c), privilegeMap()}
}

func accountCollection(c *control.Control) redfish.Resource {
	return redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeManagerAccountCollection,
		Title: "Accounts",
		Path:  "/redfish/v1/AccountService/Accounts",
		Of:    "ManagerAccount",
		List: func(ctx context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			all, err := c.ListAccounts(ctx)
			return redfish.Keys(redfish.Slice(all, page), accountKey), len(all), err
		},
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newAccount) (redfish.Result, error) {
			made, err := c.AddAccount(ctx, asked(req), control.AccountRequest{
				UserName: &p.UserName, Password: &p.Password, RoleID: &p.RoleID,
				Enabled: p.Enabled, Locked: p.Locked, PasswordChangeRequired: p.ChangeRequired,
			})
			return redfish.Created("ManagerAccount", made), err
		}),
	})
}

func account(c *control.Control) redfish.Resource {
	return redfish.Define(redfish.Spec[accountView, hawkfish.Account]{
		Type: schemas.TypeManagerAccount,
		Path: "/redfish/v1/AccountService/Accounts/{id}",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.Account, error) {
			return c.FindAccount(ctx, req.Var("id"))
		},
		Key:      accountKey,
		Owner:    accountKey,
		Revision: accountRevision,
		Show:     showAccount,
		Oem:      showAccountOem,
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, a hawkfish.Account, p accountPatch) (hawkfish.Account, error) {
			return c.ChangeAccount(ctx, asked(req), a, req.Expects(a.Revision), control.AccountRequest{
				UserName: p.UserName, Password: p.Password, RoleID: p.RoleID,
				Enabled: p.Enabled, Locked: p.Locked, PasswordChangeRequired: p.ChangeRequired,
			})
		}),
		Delete: func(ctx context.Context, req *redfish.Request, a hawkfish.Account) (redfish.Result, error) {
			return redfish.Done(), c.RemoveAccount(ctx, a, req.Expects(a.Revision))
		},
	})
}

const accountPath = "/redfish/v1/AccountService/Accounts/"

func accountKey(a hawkfish.Account) string { return a.ID }

// accountRevision grows also when a lock ends by itself, which changes no row.
func accountRevision(a hawkfish.Account) int64 {
	if a.Locked() {
		return 2 * a.Revision
	}
	return 2*a.Revision + 1
}

func showAccount(to redfish.Links, a hawkfish.Account) accountView {
	return accountView{
		ID: a.ID, Name: "Account of " + a.UserName, UserName: a.UserName, RoleID: a.RoleID, Enabled: a.Enabled, Locked: a.Locked(),
		ChangeRequired: a.PasswordChangeRequired, AccountTypes: []accountType{accountType(schemas.AccountTypesRedfish)},
		Links: accountLinks{Role: to.To("Role", a.RoleID)},
	}
}

func showAccountOem(to redfish.Links, a hawkfish.Account) any {
	oem := accountOem{Type: "#HawkFishManagerAccount.v1_0_0.HawkFishManagerAccount", Projects: []accountProject{}}
	for _, id := range slices.Sorted(slices.Values(a.Projects)) {
		oem.Projects = append(oem.Projects, accountProject{to.To("Project", id), a.ProjectRoles[id]})
	}
	return oem
}
