package cached

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// UpdateAccount changes an account, and may close its sessions.
func (s *Store) UpdateAccount(ctx context.Context, id string, revision int64, upd hawkfish.AccountUpdate) (hawkfish.Account, error) {
	defer s.forgetAccount(id, true)
	return s.Source.UpdateAccount(ctx, id, revision, upd)
}

// DeleteAccount closes the account's sessions, too.
func (s *Store) DeleteAccount(ctx context.Context, id string, revision int64) error {
	defer s.forgetAccount(id, true)
	return s.Source.DeleteAccount(ctx, id, revision)
}

// NoteFailure may lock an account.
func (s *Store) NoteFailure(ctx context.Context, id string, policy hawkfish.LockoutPolicy) error {
	defer s.accounts.forget(id)
	return s.Source.NoteFailure(ctx, id, policy)
}

// UpdateRole changes what the accounts with this role may do.
func (s *Store) UpdateRole(ctx context.Context, id string, revision int64, privileges []schemas.Privilege) (hawkfish.Role, error) {
	defer s.accounts.forgetAll()
	return s.Source.UpdateRole(ctx, id, revision, privileges)
}

// AddMember changes what an account may see.
func (s *Store) AddMember(ctx context.Context, m hawkfish.Member) (hawkfish.Member, error) {
	defer s.forgetAccount(m.AccountID, false)
	return s.Source.AddMember(ctx, m)
}

// UpdateMember changes what an account may do.
func (s *Store) UpdateMember(ctx context.Context, m hawkfish.Member, revision int64) (hawkfish.Member, error) {
	defer s.forgetAccount(m.AccountID, false)
	return s.Source.UpdateMember(ctx, m, revision)
}

// RemoveMember changes what an account may see.
func (s *Store) RemoveMember(ctx context.Context, projectID, accountID string, revision int64) error {
	defer s.forgetAccount(accountID, false)
	return s.Source.RemoveMember(ctx, projectID, accountID, revision)
}

// DeleteProject changes what its members may see.
func (s *Store) DeleteProject(ctx context.Context, scope hawkfish.Scope, id string, revision int64) error {
	defer s.accounts.forgetAll()
	return s.Source.DeleteProject(ctx, scope, id, revision)
}
