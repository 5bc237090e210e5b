package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

func testProjectChanges(t *testing.T, f Fleet) {
	lab := must(f.CreateProject(t.Context(), hawkfish.Project{Name: "lab", Labels: map[string]string{"a": "b"}, Quotas: hawkfish.Quotas{hawkfish.QuotaSystems: 2}}))(t)
	equal(t, "found", must(f.FindProject(t.Context(), all, "lab"))(t), lab)
	fails(t, failing(f.CreateProject(t.Context(), hawkfish.Project{Name: "lab"})), hawkfish.Exists)
	changed := must(f.UpdateProject(t.Context(), all, lab.ID, lab.Revision, hawkfish.ProjectUpdate{Description: ptr("x"), Quotas: &hawkfish.Quotas{}}))(t)
	equal(t, "changed", []any{changed.Description, len(changed.Quotas), changed.Labels["a"], changed.Name}, []any{"x", 0, "b", "lab"})
	fails(t, failing(f.UpdateProject(t.Context(), all, lab.ID, lab.Revision, hawkfish.ProjectUpdate{Name: ptr("y")})), hawkfish.Stale)
	fails(t, failing(f.UpdateProject(t.Context(), nobody, lab.ID, 0, hawkfish.ProjectUpdate{Name: ptr("y")})), hawkfish.NotFound)
	fails(t, f.DeleteProject(t.Context(), nobody, lab.ID, 0), hawkfish.NotFound)

	s := f.Ready(t, "web1", func(s *hawkfish.System) { s.ProjectID = lab.ID })
	fails(t, f.DeleteProject(t.Context(), all, lab.ID, 0), hawkfish.Conflict)
	f.Finish(t, must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t), "Completed")
	ada := f.account(t, "ada")
	must(f.AddMember(t.Context(), hawkfish.Member{ProjectID: lab.ID, AccountID: ada.ID}))(t)
	ok(t, f.DeleteProject(t.Context(), all, lab.ID, changed.Revision))
	fails(t, failing(f.FindProject(t.Context(), all, lab.ID)), hawkfish.NotFound)
	equal(t, "projects", must(f.FindAccount(t.Context(), ada.ID))(t).Projects, []string{f.Project})
}

func testMembers(t *testing.T, f Fleet) {
	lab := must(f.CreateProject(t.Context(), hawkfish.Project{Name: "lab"}))(t)
	ada := f.account(t, "ada")
	m := must(f.AddMember(t.Context(), hawkfish.Member{ProjectID: lab.ID, AccountID: ada.ID, Role: hawkfish.ProjectViewer}))(t)
	equal(t, "member", []any{m.UserName, m.Role}, []any{"ada", hawkfish.ProjectViewer})
	seen := must(f.FindAccount(t.Context(), ada.ID))(t)
	equal(t, "account", []any{len(seen.Projects), seen.ProjectRoles[lab.ID], seen.Revision > ada.Revision}, []any{2, hawkfish.ProjectViewer, true})
	fails(t, failing(f.AddMember(t.Context(), m)), hawkfish.Exists)
	fails(t, failing(f.AddMember(t.Context(), hawkfish.Member{ProjectID: uuid.NewString(), AccountID: ada.ID})), hawkfish.NotFound)
	fails(t, failing(f.AddMember(t.Context(), hawkfish.Member{ProjectID: lab.ID, AccountID: uuid.NewString()})), hawkfish.NotFound)
	m.Role = hawkfish.ProjectAdmin
	changed := must(f.UpdateMember(t.Context(), m, m.Revision))(t)
	equal(t, "members", must(f.ListMembers(t.Context(), lab.ID))(t), []hawkfish.Member{changed})
	equal(t, "found", must(f.FindMember(t.Context(), lab.ID, ada.ID))(t), changed)
	equal(t, "account", must(f.FindAccount(t.Context(), ada.ID))(t).ProjectRoles[lab.ID], hawkfish.ProjectAdmin)
	fails(t, failing(f.UpdateMember(t.Context(), m, m.Revision)), hawkfish.Stale)
	ok(t, f.RemoveMember(t.Context(), lab.ID, ada.ID, 0))
	fails(t, f.RemoveMember(t.Context(), lab.ID, ada.ID, 0), hawkfish.NotFound)
	equal(t, "account", must(f.FindAccount(t.Context(), ada.ID))(t).Projects, []string{f.Project})
}

func testQuotas(t *testing.T, f Fleet) {
	must(f.UpdateProject(t.Context(), all, f.Project, 0, hawkfish.ProjectUpdate{Quotas: &hawkfish.Quotas{
		hawkfish.QuotaVCPUs: 4, hawkfish.QuotaMemoryGiB: 1, hawkfish.QuotaSystems: 10,
	}}))(t)
	f.Provisioning(t, "web1", nil) // 512 MiB
	s, task := f.Provisioning(t, "web2", nil)
	usage := must(f.UsageOf(t.Context(), f.Project))(t)
	equal(t, "usage", []float64{usage[hawkfish.QuotaVCPUs], usage[hawkfish.QuotaMemoryGiB], usage[hawkfish.QuotaSystems]}, []float64{2, 1, 2})
	third := s
	third.ID, third.Name, third.MAC = uuid.NewString(), "web3", ""
	fault := fails(t, failing(f.CreateSystem(t.Context(), third, f.Wish(hawkfish.OpProvision, hawkfish.Target{}))), hawkfish.Exhausted)
	equal(t, "fault", []string{fault.Resource, fault.Property, fault.Value}, []string{"Project", "/MemoryGiB", "1"})
	f.Finish(t, task, "Cancelled")
	must(f.CreateSystem(t.Context(), third, f.Wish(hawkfish.OpProvision, hawkfish.Target{})))(t)
}

// Many requests at once get no more than a quota has.
func testQuotaRace(t *testing.T, f Fleet) {
	must(f.UpdateProject(t.Context(), all, f.Project, 0, hawkfish.ProjectUpdate{Quotas: &hawkfish.Quotas{hawkfish.QuotaSystems: 3}}))(t)
	errs := make([]error, 12)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			s := hawkfish.System{ID: uuid.NewString(), Name: fmt.Sprint("web", i), ProjectID: f.Project, CPUs: 1, MemoryMiB: 512, DiskGiB: 1}
			_, errs[i] = f.CreateSystem(t.Context(), s, f.Wish(hawkfish.OpProvision, hawkfish.Target{}))
		})
	}
	wg.Wait()
	made := 0
	for _, err := range errs {
		if err == nil {
			made++
		} else {
			fails(t, err, hawkfish.Exhausted)
		}
	}
	equal(t, "made", made, 3)
}

func testSettings(t *testing.T, f Fleet) {
	was := must(f.Settings(t.Context()))(t)
	standard := hawkfish.DefaultSettings()
	standard.Accounts.Revision, standard.Sessions.Revision, standard.Network.Revision = 1, 1, 1
	equal(t, "by default", was, standard)
	was.Sessions.Timeout = 60
	was.Sessions = must(f.SetSessionPolicy(t.Context(), was.Sessions.Revision, was.Sessions))(t)
	was.Network.NTPServers = []string{"a"}
	was.Network = must(f.SetNetworkPolicy(t.Context(), 0, was.Network))(t)
	was.Accounts.Lockout.Threshold = 1
	was.Accounts = must(f.SetAccountPolicy(t.Context(), 1, was.Accounts))(t)
	equal(t, "set", must(f.Settings(t.Context()))(t), was)
	fails(t, failing(f.SetSessionPolicy(t.Context(), 1, was.Sessions)), hawkfish.Stale)
}

func testAudit(t *testing.T, f Fleet) {
	at := time.Now().UTC().Truncate(time.Microsecond)
	var entries []hawkfish.AuditEntry
	for i := range 5 {
		entries = append(entries, hawkfish.AuditEntry{
			At: at.Add(time.Duration(i) * time.Second), UserName: []string{"ada", "bob\x00"}[i%2], Origin: "192.0.2.1", Method: "PATCH",
			Target: "/redfish/v1/Systems/a", Outcome: hawkfish.AuditDone, Status: 200, RequestID: fmt.Sprint(i),
		})
	}
	ok(t, f.AppendAudit(t.Context(), entries[:3]))
	ok(t, f.AppendAudit(t.Context(), entries[3:]))
	newest, total, err := f.ListAudit(t.Context(), hawkfish.AuditFilter{}, hawkfish.Page{Skip: 1, Limit: 2})
	ok(t, err)
	equal(t, "page", []any{total, newest[0].RequestID, newest[1].RequestID}, []any{5, "3", "2"})
	equal(t, "found", must(f.FindAudit(t.Context(), newest[0].Sequence))(t), newest[0])
	fails(t, failing(f.FindAudit(t.Context(), 4711)), hawkfish.NotFound)
	adas, total, err := f.ListAudit(t.Context(), hawkfish.AuditFilter{UserName: "ada", Target: "/redfish/v1/Systems/a", After: at.Add(time.Second)}, hawkfish.Page{})
	ok(t, err)
	equal(t, "ada's", []any{total, len(adas), adas[0].RequestID}, []any{2, 2, "4"})
	stats := must(f.AuditStats(t.Context()))(t)
	equal(t, "stats", []any{stats.ByOutcome[hawkfish.AuditDone], stats.First, stats.Last}, []any{int64(5), at, at.Add(4 * time.Second)})
}
