package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// accountServiceView is the AccountService (DSP0268).
type accountServiceView struct {
	ID                string                   `json:"Id"`
	Name              string                   `json:"Name"`
	ServiceEnabled    bool                     `json:"ServiceEnabled"`
	Status            status                   `json:"Status"`
	LocalAccountAuth  schemas.LocalAccountAuth `json:"LocalAccountAuth"`
	AccountTypes      []schemas.AccountTypes   `json:"SupportedAccountTypes"`
	MinPasswordLength int                      `json:"MinPasswordLength"`
	MaxPasswordLength int                      `json:"MaxPasswordLength"`
	LockoutThreshold  int                      `json:"AccountLockoutThreshold"`           // 0: none is locked
	LockoutDuration   int                      `json:"AccountLockoutDuration"`            // seconds; 0: none is locked
	LockoutResetAfter int                      `json:"AccountLockoutCounterResetAfter"`   // seconds
	LockoutReset      bool                     `json:"AccountLockoutCounterResetEnabled"` // after the time above
	HTTPBasicAuth     schemas.BasicAuthState   `json:"HTTPBasicAuth"`
	Accounts          *redfish.Link            `json:"Accounts"`
	Roles             *redfish.Link            `json:"Roles"`
	PrivilegeMap      *redfish.Link            `json:"PrivilegeMap"`
}

// accountServicePatch holds the writable properties of the AccountService.
type accountServicePatch struct {
	MinPasswordLength *int                    `json:"MinPasswordLength" validate:"min=1,max=255"`
	MaxPasswordLength *int                    `json:"MaxPasswordLength" validate:"min=8,max=255"`
	LockoutThreshold  *int                    `json:"AccountLockoutThreshold" validate:"min=0,max=1000000"`
	LockoutDuration   *int                    `json:"AccountLockoutDuration" validate:"min=0,max=31536000"`
	LockoutResetAfter *int                    `json:"AccountLockoutCounterResetAfter" validate:"min=0,max=31536000"`
	HTTPBasicAuth     *schemas.BasicAuthState `json:"HTTPBasicAuth"`
}

func (p accountServicePatch) change(policy *hawkfish.AccountPolicy) {
	set(&policy.MinPasswordLength, p.MinPasswordLength)
	set(&policy.MaxPasswordLength, p.MaxPasswordLength)
	set(&policy.Lockout.Threshold, p.LockoutThreshold)
	set(&policy.Lockout.Duration, p.LockoutDuration)
	set(&policy.Lockout.ResetAfter, p.LockoutResetAfter)
	set(&policy.BasicAuth, p.HTTPBasicAuth)
}

// set changes a value when there is another.
func set[T any](value, other *T) {
	if other != nil {
		*value = *other
	}
}

func accountService(c *control.Control) redfish.Resource {
	return redfish.Define(redfish.Spec[accountServiceView, hawkfish.AccountPolicy]{
		Type: schemas.TypeAccountService,
		Path: "/redfish/v1/AccountService",
		Load: func(ctx context.Context, _ *redfish.Request) (hawkfish.AccountPolicy, error) {
			settings, err := c.Settings(ctx)
			return settings.Accounts, err
		},
		Revision: func(p hawkfish.AccountPolicy) int64 { return p.Revision },
		Show: func(to redfish.Links, p hawkfish.AccountPolicy) accountServiceView {
			return accountServiceView{
				ID: "AccountService", Name: "Accounts", ServiceEnabled: true, Status: working,
				LocalAccountAuth: schemas.LocalAccountAuthEnabled, AccountTypes: []schemas.AccountTypes{schemas.AccountTypesRedfish},
				MinPasswordLength: p.MinPasswordLength, MaxPasswordLength: p.MaxPasswordLength,
				LockoutThreshold: p.Lockout.Threshold, LockoutDuration: p.Lockout.Duration, LockoutResetAfter: p.Lockout.ResetAfter, LockoutReset: true,
				HTTPBasicAuth: p.BasicAuth,
				Accounts:      to.To("ManagerAccountCollection", ""), Roles: to.To("RoleCollection", ""), PrivilegeMap: to.To("PrivilegeRegistry", ""),
			}
		},
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, p hawkfish.AccountPolicy, patch accountServicePatch) (hawkfish.AccountPolicy, error) {
			return c.ChangeAccountPolicy(ctx, req.Expects(p.Revision), patch.change)
		}),
	})
}
