package store

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindAccount takes an ID. NotFound.
func (s *Store) FindAccount(ctx context.Context, id string) (hawkfish.Account, error) {
	on := subject{resourceAccount, id}
	if !isID(id) {
		return hawkfish.Account{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Account, error) {
		row, err := q.AccountByID(ctx, id)
		return account(row.Account, row.Projects), err
	})
}

// FindAccountByName takes a user name. NotFound.
func (s *Store) FindAccountByName(ctx context.Context, userName string) (hawkfish.Account, error) {
	on := subject{resourceAccount, userName}
	if !isText(userName) {
		return hawkfish.Account{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Account, error) {
		row, err := q.AccountByName(ctx, userName)
		return account(row.Account, row.Projects), err
	})
}

// ListAccounts orders by user name.
func (s *Store) ListAccounts(ctx context.Context) ([]hawkfish.Account, error) {
	return ask(ctx, s, subject{resource: resourceAccount}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Account, error) {
		rows, err := q.ListAccounts(ctx)
		if err != nil {
			return nil, err
		}
		accounts := make([]hawkfish.Account, len(rows))
		for i, row := range rows {
			accounts[i] = account(row.Account, row.Projects)
		}
		return accounts, nil
	})
}

// CreateAccount makes an ID when it is empty. Exists when the user name is taken; NotFound
// when one of the projects, named by their IDs, does not exist.
func (s *Store) CreateAccount(ctx context.Context, a hawkfish.Account) (hawkfish.Account, error) {
	a.ID = newID(a.ID)
	return transact(ctx, s, subject{resourceAccount, a.UserName}, func(ctx context.Context, q *db.Queries) (hawkfish.Account, error) {
		row, err := q.InsertAccount(ctx, db.InsertAccountParams{
			ID: a.ID, UserName: a.UserName, PasswordHash: a.PasswordHash, RoleID: a.RoleID,
			Enabled: a.Enabled, PasswordChangeRequired: a.PasswordChangeRequired,
		})
		if err != nil {
			return hawkfish.Account{}, err
		}
		err = q.InsertAccountProjects(ctx, db.InsertAccountProjectsParams{AccountID: a.ID, Projects: a.Projects})
		return account(row, a.Projects), err
	})
}
