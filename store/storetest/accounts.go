package storetest

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func (f Fleet) account(t *testing.T, name string) hawkfish.Account {
	t.Helper()
	return must(f.CreateAccount(t.Context(), hawkfish.Account{
		UserName: name, PasswordHash: "$argon2id$", RoleID: "Operator", Enabled: true, Projects: []string{f.Project},
	}))(t)
}

func testAccounts(t *testing.T, f Fleet) {
	ada := f.account(t, "ada")
	equal(t, "privileges", ada.Privileges, schemas.RoleOperator.AssignedPrivileges())
	equal(t, "by ID", must(f.FindAccount(t.Context(), ada.ID))(t), ada)
	equal(t, "by name", must(f.FindAccountByName(t.Context(), "ada"))(t), ada)
	equal(t, "list", must(f.ListAccounts(t.Context()))(t), []hawkfish.Account{ada})
	fails(t, failing(f.FindAccount(t.Context(), uuid.NewString())), hawkfish.NotFound)
	fails(t, failing(f.FindAccountByName(t.Context(), "bob")), hawkfish.NotFound)
	fault := fails(t, failing(f.CreateAccount(t.Context(), hawkfish.Account{UserName: "ada"})), hawkfish.Exists)
	equal(t, "fault", []string{fault.Property, fault.Value}, []string{"/UserName", "ada"})
	stray := hawkfish.Account{UserName: "eve", Projects: []string{uuid.NewString()}}
	fails(t, failing(f.CreateAccount(t.Context(), stray)), hawkfish.NotFound)
	fails(t, failing(f.FindAccountByName(t.Context(), "eve")), hawkfish.NotFound)
}

// lifetime is that of sessions.
const lifetime = 30 * time.Minute

func testSessions(t *testing.T, f Fleet) {
	ada := f.account(t, "ada")
	hash := func(token string) []byte { sum := sha256.Sum256([]byte(token)); return sum[:] }
	s := must(f.OpenSession(t.Context(), hawkfish.Session{TokenHash: hash("one"), AccountID: ada.ID, Origin: "127.0.0.1"}, lifetime))(t)
	equal(t, "session", []any{s.UserName, s.Origin}, []any{"ada", "127.0.0.1"})
	left := time.Until(s.ExpiresAt)
	equal(t, "lifetime", left > lifetime-time.Minute && left < lifetime+time.Minute, true)
	for range 2 {
		equal(t, "by ID", must(f.FindSession(t.Context(), s.ID))(t), s)
		equal(t, "by token", must(f.FindSessionByToken(t.Context(), hash("one")))(t), s)
	}
	equal(t, "list", must(f.ListSessions(t.Context()))(t), []hawkfish.Session{s})
	ok(t, f.TouchSession(t.Context(), s.ID, lifetime))
	touched := must(f.FindSession(t.Context(), s.ID))(t)
	equal(t, "touched", touched.ExpiresAt.After(s.ExpiresAt), true)
	equal(t, "touched, by token", must(f.FindSessionByToken(t.Context(), hash("one")))(t), touched)

	expired := must(f.OpenSession(t.Context(), hawkfish.Session{TokenHash: hash("old"), AccountID: ada.ID, ExpiresAt: time.Now().Add(-time.Second)}, lifetime))(t)
	fails(t, failing(f.FindSession(t.Context(), expired.ID)), hawkfish.NotFound)
	fails(t, failing(f.FindSessionByToken(t.Context(), hash("old"))), hawkfish.NotFound)
	fails(t, f.TouchSession(t.Context(), expired.ID, lifetime), hawkfish.NotFound)
	fails(t, f.CloseSession(t.Context(), expired.ID), hawkfish.NotFound)
	equal(t, "list", must(f.ListSessions(t.Context()))(t), []hawkfish.Session{touched})

	ok(t, f.CloseSession(t.Context(), s.ID))
	fails(t, failing(f.FindSession(t.Context(), s.ID)), hawkfish.NotFound)
	fails(t, failing(f.FindSessionByToken(t.Context(), hash("one"))), hawkfish.NotFound)
	fails(t, f.CloseSession(t.Context(), s.ID), hawkfish.NotFound)
	fails(t, failing(f.OpenSession(t.Context(), hawkfish.Session{TokenHash: hash("two"), AccountID: uuid.NewString()}, lifetime)), hawkfish.NotFound)
}

func testProjects(t *testing.T, f Fleet) {
	p := must(f.FindProject(t.Context(), all, hawkfish.DefaultProject))(t)
	equal(t, "by ID", must(f.FindProject(t.Context(), all, p.ID))(t), p)
	equal(t, "list", must(f.ListProjects(t.Context(), all))(t), []hawkfish.Project{p})
	fails(t, failing(f.FindProject(t.Context(), all, "other")), hawkfish.NotFound)
}
