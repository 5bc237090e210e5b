package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func ptr[T any](v T) *T { return &v }

func (f Fleet) administrator(t *testing.T, name string) hawkfish.Account {
	t.Helper()
	return must(f.CreateAccount(t.Context(), hawkfish.Account{UserName: name, PasswordHash: "x", RoleID: "Administrator", Enabled: true}))(t)
}

func testAccountChanges(t *testing.T, f Fleet) {
	ada, bob := f.account(t, "ada"), f.account(t, "bob")
	changed := must(f.UpdateAccount(t.Context(), ada.ID, ada.Revision, hawkfish.AccountUpdate{UserName: ptr("eve"), Enabled: ptr(false), PasswordChangeRequired: ptr(true)}))(t)
	equal(t, "changed", []any{changed.UserName, changed.Enabled, changed.PasswordChangeRequired, changed.RoleID}, []any{"eve", false, true, "Operator"})
	equal(t, "by ID", must(f.FindAccount(t.Context(), ada.ID))(t), changed)
	equal(t, "by new name", must(f.FindAccountByName(t.Context(), "eve"))(t), changed)
	fails(t, failing(f.FindAccountByName(t.Context(), "ada")), hawkfish.NotFound)
	fails(t, failing(f.UpdateAccount(t.Context(), ada.ID, ada.Revision, hawkfish.AccountUpdate{Enabled: ptr(true)})), hawkfish.Stale)
	fault := fails(t, failing(f.UpdateAccount(t.Context(), ada.ID, 0, hawkfish.AccountUpdate{UserName: ptr("bob")})), hawkfish.Exists)
	equal(t, "property", fault.Property, "/UserName")
	fault = fails(t, failing(f.UpdateAccount(t.Context(), ada.ID, 0, hawkfish.AccountUpdate{RoleID: ptr("Nope")})), hawkfish.NotFound)
	equal(t, "role", []string{fault.Property, fault.Value}, []string{"/RoleId", "Nope"})
	fails(t, f.DeleteAccount(t.Context(), bob.ID, bob.Revision+7), hawkfish.Stale)
	ok(t, f.DeleteAccount(t.Context(), bob.ID, bob.Revision))
	fails(t, f.DeleteAccount(t.Context(), bob.ID, 0), hawkfish.NotFound)
	fails(t, failing(f.UpdateAccount(t.Context(), uuid.NewString(), 0, hawkfish.AccountUpdate{Enabled: ptr(true)})), hawkfish.NotFound)
}

// Whatever many do at once, one enabled Administrator is left.
func testLastAdministrator(t *testing.T, f Fleet) {
	f.account(t, "operator")
	var all []hawkfish.Account
	for i := range 4 {
		all = append(all, f.administrator(t, fmt.Sprint("admin", i)))
	}
	ways := []func(context.Context, string) error{
		func(ctx context.Context, id string) error { return f.DeleteAccount(ctx, id, 0) },
		func(ctx context.Context, id string) error {
			_, err := f.UpdateAccount(ctx, id, 0, hawkfish.AccountUpdate{Enabled: ptr(false)})
			return err
		},
		func(ctx context.Context, id string) error {
			_, err := f.UpdateAccount(ctx, id, 0, hawkfish.AccountUpdate{RoleID: ptr("Operator")})
			return err
		},
	}
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, a := range all {
		wg.Go(func() { errs[i] = ways[i%len(ways)](t.Context(), a.ID) })
	}
	wg.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			fails(t, err, hawkfish.Conflict)
			refused++
		}
	}
	equal(t, "refused", refused, 1)
}

func testLockout(t *testing.T, f Fleet) {
	policy := hawkfish.LockoutPolicy{Threshold: 3, Duration: 3600, ResetAfter: 60}
	ada := f.account(t, "ada")
	for range 2 {
		ok(t, f.NoteFailure(t.Context(), ada.ID, policy))
	}
	ok(t, f.ForgetFailures(t.Context(), ada.ID))
	for range 2 {
		ok(t, f.NoteFailure(t.Context(), ada.ID, policy))
	}
	equal(t, "locked", must(f.FindAccount(t.Context(), ada.ID))(t).Locked(), false)
	ok(t, f.NoteFailure(t.Context(), ada.ID, policy))
	locked := must(f.FindAccount(t.Context(), ada.ID))(t)
	equal(t, "locked", []any{locked.Locked(), locked.Revision > ada.Revision}, []any{true, true})
	ok(t, f.NoteFailure(t.Context(), ada.ID, policy))
	equal(t, "prolonged", must(f.FindAccount(t.Context(), ada.ID))(t), locked)
	unlocked := must(f.UpdateAccount(t.Context(), ada.ID, 0, hawkfish.AccountUpdate{Unlock: true}))(t)
	equal(t, "locked", unlocked.Locked(), false)
	policy.Threshold = 0
	for range 5 {
		ok(t, f.NoteFailure(t.Context(), ada.ID, policy))
	}
	equal(t, "locked without a threshold", must(f.FindAccount(t.Context(), ada.ID))(t).Locked(), false)
}

func testPasswordEndsSessions(t *testing.T, f Fleet) {
	ada, bob := f.account(t, "ada"), f.account(t, "bob")
	open := func(a hawkfish.Account, token string) hawkfish.Session {
		hash := sha256.Sum256([]byte(token))
		return must(f.OpenSession(t.Context(), hawkfish.Session{TokenHash: hash[:], AccountID: a.ID}, lifetime))(t)
	}
	mine, other, bobs := open(ada, "1"), open(ada, "2"), open(bob, "3")
	must(f.UpdateAccount(t.Context(), ada.ID, 0, hawkfish.AccountUpdate{PasswordHash: ptr("new"), KeepSession: mine.ID}))(t)
	must(f.FindSession(t.Context(), mine.ID))(t)
	must(f.FindSession(t.Context(), bobs.ID))(t)
	fails(t, failing(f.FindSessionByToken(t.Context(), other.TokenHash)), hawkfish.NotFound)
	must(f.UpdateAccount(t.Context(), ada.ID, 0, hawkfish.AccountUpdate{PasswordHash: ptr("newer")}))(t)
	fails(t, failing(f.FindSession(t.Context(), mine.ID)), hawkfish.NotFound)
	ok(t, f.ShortenSessions(t.Context(), time.Minute))
	equal(t, "shortened", time.Until(must(f.FindSession(t.Context(), bobs.ID))(t).ExpiresAt) <= time.Minute+time.Second, true)
	ok(t, f.DeleteAccount(t.Context(), bob.ID, 0))
	fails(t, failing(f.FindSession(t.Context(), bobs.ID)), hawkfish.NotFound)
}

func testRoles(t *testing.T, f Fleet) {
	for _, id := range schemas.RoleID("").Values() {
		standard := must(f.FindRole(t.Context(), id))(t)
		equal(t, id, []any{standard.Predefined, standard.Privileges}, []any{true, schemas.RoleID(id).AssignedPrivileges()})
		fails(t, failing(f.UpdateRole(t.Context(), id, 0, nil)), hawkfish.Denied)
		fails(t, f.DeleteRole(t.Context(), id, 0), hawkfish.Denied)
	}
	made := must(f.CreateRole(t.Context(), hawkfish.Role{ID: "Auditor", Privileges: []schemas.Privilege{"Login"}}))(t)
	fails(t, failing(f.CreateRole(t.Context(), hawkfish.Role{ID: "Auditor"})), hawkfish.Exists)
	ada := must(f.CreateAccount(t.Context(), hawkfish.Account{UserName: "ada", PasswordHash: "x", RoleID: "Auditor", Enabled: true}))(t)
	equal(t, "privileges", ada.Privileges, made.Privileges)
	must(f.UpdateRole(t.Context(), "Auditor", made.Revision, []schemas.Privilege{"Login", "ConfigureManager"}))(t)
	fails(t, failing(f.UpdateRole(t.Context(), "Auditor", made.Revision, nil)), hawkfish.Stale)
	after := must(f.FindAccount(t.Context(), ada.ID))(t)
	equal(t, "privileges", []any{len(after.Privileges), after.Revision > ada.Revision}, []any{2, true})
	fails(t, f.DeleteRole(t.Context(), "Auditor", 0), hawkfish.Conflict)
	f.administrator(t, "root")
	ok(t, f.DeleteAccount(t.Context(), ada.ID, 0))
	ok(t, f.DeleteRole(t.Context(), "Auditor", 0))
	fails(t, failing(f.FindRole(t.Context(), "Auditor")), hawkfish.NotFound)
	equal(t, "roles", len(must(f.ListRoles(t.Context()))(t)), 3)
}
