package control

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// AccountRequest asks for a new account, or for a change of one; nil leaves things alone.
type AccountRequest struct {
	UserName, Password, RoleID              *string
	Enabled, Locked, PasswordChangeRequired *bool
}

// redacted stands for a password in messages.
const redacted = "******"

var userName = regexp.MustCompile(`^[\p{L}\p{N}_.@+-]([\p{L}\p{N}_.@+ -]{0,62}[\p{L}\p{N}_.@+-])?$`)

// AddAccount makes an account. It belongs to the default project, where it may do what its role says.
func (c *Control) AddAccount(ctx context.Context, asked Asked, req AccountRequest) (hawkfish.Account, error) {
	faults := []error{c.checkAccount(ctx, req)}
	if req.Locked != nil && *req.Locked {
		faults = append(faults, errLock)
	}
	project, err := c.FindProject(ctx, hawkfish.Scope{All: true}, hawkfish.DefaultProject)
	if err := errors.Join(append(faults, err)...); err != nil {
		return hawkfish.Account{}, err
	}
	hash, err := argon2id.CreateHash(deref(req.Password), hashing)
	if err != nil {
		return hawkfish.Account{}, err
	}
	return c.CreateAccount(ctx, hawkfish.Account{
		ID: uuid.NewString(), UserName: deref(req.UserName), PasswordHash: hash, RoleID: deref(req.RoleID),
		Enabled: req.Enabled == nil || *req.Enabled, PasswordChangeRequired: deref(req.PasswordChangeRequired),
		Projects: []string{project.ID},
	})
}

var errLock = hawkfish.Refused("/Locked", "true", "only wrong passwords lock an account; disable it instead")

// ChangeAccount changes an account. Who changes their own password has done what PasswordChangeRequired asks for, and
// keeps the session they do it in; all others of the account end.
func (c *Control) ChangeAccount(ctx context.Context, asked Asked, a hawkfish.Account, revision int64, req AccountRequest) (hawkfish.Account, error) {
	if req.Locked != nil && *req.Locked && !a.Locked() {
		return a, errors.Join(c.checkAccount(ctx, req), errLock)
	}
	if err := c.checkAccount(ctx, req); err != nil {
		return a, err
	}
	upd := hawkfish.AccountUpdate{
		UserName: req.UserName, RoleID: req.RoleID, Enabled: req.Enabled, PasswordChangeRequired: req.PasswordChangeRequired,
		Unlock: req.Locked != nil && !*req.Locked,
	}
	own := asked.By.AccountID == a.ID
	if req.Password != nil {
		if own && a.PasswordChangeRequired {
			if same, err := argon2id.ComparePasswordAndHash(*req.Password, a.PasswordHash); err != nil || same {
				return a, errors.Join(err, hawkfish.Refused("/Password", redacted, "it must be another one than before"))
			}
		}
		hash, err := argon2id.CreateHash(*req.Password, hashing)
		if err != nil {
			return a, err
		}
		upd.PasswordHash = &hash
		if own {
			upd.KeepSession = asked.By.SessionID
			if upd.PasswordChangeRequired == nil {
				upd.PasswordChangeRequired = new(bool)
			}
		}
	}
	return c.UpdateAccount(ctx, a.ID, revision, upd)
}

// RemoveAccount ends an account and its sessions.
func (c *Control) RemoveAccount(ctx context.Context, a hawkfish.Account, revision int64) error {
	return c.DeleteAccount(ctx, a.ID, revision)
}

// checkAccount finds everything wrong with a request.
func (c *Control) checkAccount(ctx context.Context, req AccountRequest) error {
	var faults []error
	if req.UserName != nil && !userName.MatchString(*req.UserName) {
		faults = append(faults, hawkfish.Refused("/UserName", *req.UserName, "it must be 1 to 64 letters, digits and _.@+-, with spaces only between them"))
	}
	if req.Password != nil {
		settings, err := c.Settings(ctx)
		if err != nil {
			return err
		}
		p := settings.Accounts
		if n := utf8.RuneCountInString(*req.Password); n < p.MinPasswordLength || n > p.MaxPasswordLength {
			why := fmt.Sprintf("it must have %d to %d characters", p.MinPasswordLength, p.MaxPasswordLength)
			faults = append(faults, hawkfish.Refused("/Password", redacted, why))
		}
	}
	if req.RoleID != nil {
		if _, err := c.FindRole(ctx, *req.RoleID); err != nil {
			if hawkfish.KindOf(err) == hawkfish.NotFound {
				err = hawkfish.Refused("/RoleId", *req.RoleID, "there is no such role")
			}
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

var roleName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9_-]{0,63}$`)

// assignable are the privileges that a custom role may have: those that the service's resources ask for.
var assignable = schemas.RoleAdministrator.AssignedPrivileges()

// AddRole makes a custom role.
func (c *Control) AddRole(ctx context.Context, id string, privileges []schemas.Privilege) (hawkfish.Role, error) {
	err := checkPrivileges(privileges)
	if !roleName.MatchString(id) {
		err = errors.Join(err, hawkfish.Refused("/RoleId", id, "it must be letters, digits, hyphens and underscores, at most 64, the first a letter or a digit"))
	}
	if err != nil {
		return hawkfish.Role{}, err
	}
	return c.CreateRole(ctx, hawkfish.Role{ID: id, Privileges: inOrder(privileges)})
}

// ChangeRole changes what a custom role may. Denied for a predefined one.
func (c *Control) ChangeRole(ctx context.Context, r hawkfish.Role, revision int64, privileges []schemas.Privilege) (hawkfish.Role, error) {
	if err := checkPrivileges(privileges); err != nil && !r.Predefined {
		return r, err
	}
	return c.UpdateRole(ctx, r.ID, revision, inOrder(privileges))
}

func checkPrivileges(privileges []schemas.Privilege) error {
	var faults []error
	for i, p := range privileges {
		if !slices.Contains(assignable, p) {
			faults = append(faults, hawkfish.Refused(fmt.Sprintf("/AssignedPrivileges/%d", i), string(p), "no resource of this service asks for it"))
		}
	}
	return errors.Join(faults...)
}

// inOrder lists each privilege once, in the order of the standard.
func inOrder(privileges []schemas.Privilege) []schemas.Privilege {
	kept := []schemas.Privilege{}
	for _, p := range assignable {
		if slices.Contains(privileges, p) {
			kept = append(kept, p)
		}
	}
	return kept
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
