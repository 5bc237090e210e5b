package cached

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// FindSession takes an ID.
func (s *Store) FindSession(ctx context.Context, id string) (hawkfish.Session, error) {
	found, err := s.sessions.get(ctx, id, func(ctx context.Context) (hawkfish.Session, error) {
		found, err := s.Source.FindSession(ctx, id)
		if err == nil && found.ID != id { // in capitals
			err = hawkfish.Missing("Session", id)
		}
		return found, err
	})
	if err == nil && !found.ExpiresAt.After(time.Now()) {
		s.forgetSession(id, true)
		return s.Source.FindSession(ctx, id) // by the database's clock
	}
	return found, err
}

// FindSessionByToken takes the SHA-256 of a token.
func (s *Store) FindSessionByToken(ctx context.Context, hash []byte) (hawkfish.Session, error) {
	if id, ok := s.tokens.get(string(hash)); ok {
		found, err := s.FindSession(ctx, id)
		if err == nil && string(found.TokenHash) == string(hash) {
			return found, nil
		}
		s.tokens.forget(string(hash))
	}
	found, err := s.Source.FindSessionByToken(ctx, hash)
	if err != nil {
		return found, err
	}
	s.tokens.set(string(hash), found.ID)
	return s.FindSession(ctx, found.ID) // once more, by the key whose changes are told
}

// CloseSession ends a session at once.
func (s *Store) CloseSession(ctx context.Context, id string) error {
	defer s.forgetSession(id, true)
	return s.Source.CloseSession(ctx, id)
}

// TouchSession moves a session's expiry.
func (s *Store) TouchSession(ctx context.Context, id string, lifetime time.Duration) error {
	defer s.forgetSession(id, false)
	return s.Source.TouchSession(ctx, id, lifetime)
}

// ShortenSessions may change every session.
func (s *Store) ShortenSessions(ctx context.Context, lifetime time.Duration) error {
	defer s.sessions.forgetAll()
	return s.Source.ShortenSessions(ctx, lifetime)
}

// FindAccount takes an ID.
func (s *Store) FindAccount(ctx context.Context, id string) (hawkfish.Account, error) {
	return s.accounts.get(ctx, id, func(ctx context.Context) (hawkfish.Account, error) {
		found, err := s.Source.FindAccount(ctx, id)
		if err == nil && found.ID != id { // in capitals
			err = hawkfish.Missing("ManagerAccount", id)
		}
		return found, err
	})
}

// FindAccountByName takes a user name.
func (s *Store) FindAccountByName(ctx context.Context, userName string) (hawkfish.Account, error) {
	if id, ok := s.users.get(userName); ok {
		if found, err := s.FindAccount(ctx, id); err == nil && found.UserName == userName {
			return found, nil
		}
		s.users.forget(userName)
	}
	found, err := s.Source.FindAccountByName(ctx, userName)
	if err != nil {
		return found, err
	}
	s.users.set(userName, found.ID)
	return s.FindAccount(ctx, found.ID)
}

func (s *Store) forgetSession(id string, deleted bool) {
	was, known := s.sessions.forget(id)
	if known && deleted {
		s.tokens.forget(string(was.TokenHash))
	}
}

// forgetAccount forgets its sessions, too: they carry its name.
func (s *Store) forgetAccount(id string, deleted bool) {
	was, known := s.accounts.forget(id)
	if known && deleted {
		s.users.forget(was.UserName)
	}
	s.sessions.forgetAll()
}
