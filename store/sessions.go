package store

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// OpenSession makes an ID when it is empty; opened.ExpiresAt, when it is set, goes before lifetime. It also drops the sessions that have expired. NotFound when the account does not exist.
func (s *Store) OpenSession(ctx context.Context, opened hawkfish.Session, lifetime time.Duration) (hawkfish.Session, error) {
	opened.ID = newID(opened.ID)
	on := subject{resourceAccount, opened.AccountID}
	if !isID(opened.AccountID) {
		return hawkfish.Session{}, on.missing()
	}
	var expiry *time.Time
	if !opened.ExpiresAt.IsZero() {
		expiry = &opened.ExpiresAt
	}
	return transact(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Session, error) {
		if _, err := q.DropExpiredSessions(ctx); err != nil {
			return hawkfish.Session{}, err
		}
		row, err := q.InsertSession(ctx, db.InsertSessionParams{
			ID: opened.ID, TokenHash: opened.TokenHash, AccountID: opened.AccountID, Origin: opened.Origin,
			ExpiresAt: expiry, Lifetime: lifetime.Seconds(),
		})
		if err != nil {
			return hawkfish.Session{}, err
		}
		owner, err := q.AccountByID(ctx, opened.AccountID)
		return session(row, owner.Account.UserName), err
	})
}

// FindSession takes an ID. NotFound, also when it has expired.
func (s *Store) FindSession(ctx context.Context, id string) (hawkfish.Session, error) {
	on := subject{resourceSession, id}
	if !isID(id) {
		return hawkfish.Session{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Session, error) {
		row, err := q.SessionByID(ctx, id)
		return session(row.Session, row.UserName), err
	})
}

// FindSessionByToken takes the SHA-256 of a token. NotFound, also when it has expired.
func (s *Store) FindSessionByToken(ctx context.Context, hash []byte) (hawkfish.Session, error) {
	return ask(ctx, s, subject{resource: resourceSession}, func(ctx context.Context, q *db.Queries) (hawkfish.Session, error) {
		row, err := q.SessionByToken(ctx, hash)
		return session(row.Session, row.UserName), err
	})
}

// ListSessions lists those that have not expired, by creation.
func (s *Store) ListSessions(ctx context.Context) ([]hawkfish.Session, error) {
	return ask(ctx, s, subject{resource: resourceSession}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Session, error) {
		rows, err := q.ListSessions(ctx)
		if err != nil {
			return nil, err
		}
		sessions := make([]hawkfish.Session, len(rows))
		for i, row := range rows {
			sessions[i] = session(row.Session, row.UserName)
		}
		return sessions, nil
	})
}

// CloseSession ends a session at once. NotFound, also when it has expired.
func (s *Store) CloseSession(ctx context.Context, id string) error {
	return s.onSession(ctx, id, func(ctx context.Context, q *db.Queries) (int64, error) { return q.CloseSession(ctx, id) })
}

// TouchSession moves a session's expiry to a lifetime from now. NotFound, also when it has expired.
func (s *Store) TouchSession(ctx context.Context, id string, lifetime time.Duration) error {
	return s.onSession(ctx, id, func(ctx context.Context, q *db.Queries) (int64, error) {
		return q.TouchSession(ctx, db.TouchSessionParams{ID: id, Lifetime: lifetime.Seconds()})
	})
}

// ShortenSessions lets no session live for longer than a lifetime from now.
func (s *Store) ShortenSessions(ctx context.Context, lifetime time.Duration) error {
	_, err := ask(ctx, s, subject{resource: resourceSession}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.ShortenSessions(ctx, lifetime.Seconds())
	})
	return err
}

// onSession runs a statement that must meet the session.
func (s *Store) onSession(ctx context.Context, id string, do func(context.Context, *db.Queries) (int64, error)) error {
	on := subject{resourceSession, id}
	if !isID(id) {
		return on.missing()
	}
	met, err := ask(ctx, s, on, do)
	if err == nil && met == 0 {
		err = on.missing()
	}
	return err
}
