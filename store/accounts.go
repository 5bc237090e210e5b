package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindAccount takes an ID. NotFound.
func (s *Store) FindAccount(ctx context.Context, id string) (hawkfish.Account, error) {
	on := subject{resourceAccount, id}
	if !isID(id) {
		return hawkfish.Account{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Account, error) { return accountByID(ctx, q, id) })
}

func accountByID(ctx context.Context, q *db.Queries, id string) (hawkfish.Account, error) {
	row, err := q.AccountByID(ctx, id)
	return account(row.Account, row.Privileges, row.Projects, row.ProjectRoles), err
}

// FindAccountByName takes a user name. NotFound.
func (s *Store) FindAccountByName(ctx context.Context, userName string) (hawkfish.Account, error) {
	on := subject{resourceAccount, userName}
	if !isText(userName) {
		return hawkfish.Account{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Account, error) {
		row, err := q.AccountByName(ctx, userName)
		return account(row.Account, row.Privileges, row.Projects, row.ProjectRoles), err
	})
}

// ListAccounts orders by user name.
func (s *Store) ListAccounts(ctx context.Context) ([]hawkfish.Account, error) {
	return ask(ctx, s, subject{resource: resourceAccount}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Account, error) {
		rows, err := q.ListAccounts(ctx)
		accounts := make([]hawkfish.Account, len(rows))
		for i, row := range rows {
			accounts[i] = account(row.Account, row.Privileges, row.Projects, row.ProjectRoles)
		}
		return accounts, err
	})
}

// CreateAccount makes an ID when it is empty. Exists when the user name is taken; NotFound
// when its role, or one of the projects, named by their IDs, does not exist.
func (s *Store) CreateAccount(ctx context.Context, a hawkfish.Account) (hawkfish.Account, error) {
	a.ID = newID(a.ID)
	return transact(ctx, s, subject{resourceAccount, a.UserName}, func(ctx context.Context, q *db.Queries) (hawkfish.Account, error) {
		err := q.InsertAccount(ctx, db.InsertAccountParams{
			ID: a.ID, UserName: a.UserName, PasswordHash: a.PasswordHash, RoleID: a.RoleID,
			Enabled: a.Enabled, PasswordChangeRequired: a.PasswordChangeRequired,
		})
		if err != nil {
			return hawkfish.Account{}, err
		}
		in := db.InsertAccountProjectsParams{AccountID: a.ID, Projects: a.Projects}
		for _, id := range a.Projects {
			in.Roles = append(in.Roles, string(a.ProjectRoles[id]))
		}
		if err := q.InsertAccountProjects(ctx, in); err != nil {
			return hawkfish.Account{}, err
		}
		return accountByID(ctx, q, a.ID)
	})
}

// UpdateAccount changes an account. Stale, NotFound, Exists; Conflict when no enabled Administrator would be left.
func (s *Store) UpdateAccount(ctx context.Context, id string, revision int64, upd hawkfish.AccountUpdate) (hawkfish.Account, error) {
	on := subject{resourceAccount, id}
	if !isID(id) {
		return hawkfish.Account{}, on.missing()
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Account, error) {
		mayDemote := upd.RoleID != nil || upd.Enabled != nil
		err := keepAdministrator(ctx, q, mayDemote, func() (int64, error) {
			return q.UpdateAccount(ctx, db.UpdateAccountParams{
				ID: id, Expected: revision, UserName: upd.UserName, PasswordHash: upd.PasswordHash, RoleID: upd.RoleID,
				Enabled: upd.Enabled, PasswordChangeRequired: upd.PasswordChangeRequired, Unlock: upd.Unlock,
			})
		}, stale(ctx, on, q.AccountByID, id))
		if err != nil {
			return hawkfish.Account{}, err
		}
		if upd.PasswordHash != nil {
			if err := q.CloseSessionsOf(ctx, db.CloseSessionsOfParams{AccountID: id, Keep: upd.KeepSession}); err != nil {
				return hawkfish.Account{}, err
			}
		}
		return accountByID(ctx, q, id)
	})
}

// DeleteAccount ends its sessions and memberships, too. Stale, NotFound; Conflict when no enabled
// Administrator would be left.
func (s *Store) DeleteAccount(ctx context.Context, id string, revision int64) error {
	on := subject{resourceAccount, id}
	if !isID(id) {
		return on.missing()
	}
	_, err := transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, keepAdministrator(ctx, q, true, func() (int64, error) {
			return q.DeleteAccount(ctx, db.DeleteAccountParams{ID: id, Expected: revision})
		}, stale(ctx, on, q.AccountByID, id))
	})
	return err
}

// keepAdministrator runs a statement that must meet a row, and refuses it when it has left no enabled Administrator.
func keepAdministrator(ctx context.Context, q *db.Queries, mayDemote bool, run func() (int64, error), missed func() error) error {
	if !mayDemote {
		met, err := run()
		if err == nil && met == 0 {
			err = missed()
		}
		return err
	}
	if err := q.LockAdministrators(ctx); err != nil {
		return err
	}
	before, err := q.CountAdministrators(ctx)
	if err != nil {
		return err
	}
	met, err := run()
	if err == nil && met == 0 {
		err = missed()
	}
	if err != nil || before == 0 {
		return err
	}
	left, err := q.CountAdministrators(ctx)
	if err == nil && left == 0 {
		err = &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resourceAccount, Message: "it is the last enabled Administrator"}
	}
	return err
}

// stale tells why a statement met no row: there is none, or it has another revision than the caller expects.
func stale[K, R any](ctx context.Context, on subject, find func(context.Context, K) (R, error), key K) func() error {
	return func() error {
		_, err := find(ctx, key)
		if err == nil {
			err = &hawkfish.Error{Kind: hawkfish.Stale, Resource: on.resource, ID: on.id}
		}
		if errors.Is(err, pgx.ErrNoRows) {
			err = on.missing()
		}
		return err
	}
}

// NoteFailure counts a wrong password, and locks the account when it was one too many.
func (s *Store) NoteFailure(ctx context.Context, id string, policy hawkfish.LockoutPolicy) error {
	if policy.Threshold == 0 || policy.Duration == 0 {
		return nil
	}
	_, err := ask(ctx, s, subject{resourceAccount, id}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.NoteFailure(ctx, db.NoteFailureParams{
			ID: id, Threshold: int32(policy.Threshold), Duration: float64(policy.Duration), ResetAfter: float64(policy.ResetAfter),
		})
	})
	return err
}

// ForgetFailures starts the count of wrong passwords anew.
func (s *Store) ForgetFailures(ctx context.Context, id string) error {
	_, err := ask(ctx, s, subject{resourceAccount, id}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.ForgetFailures(ctx, id)
	})
	return err
}
