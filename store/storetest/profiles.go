package storetest

import (
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testProfiles(t *testing.T, f Fleet) {
	small := must(f.CreateProfile(t.Context(), hawkfish.Profile{
		ProjectID: f.Project, Name: "small", CPUs: 2, MemoryMiB: 512, DiskGiB: 3, Image: "deb", Network: "none", Primary: schemas.BootSourcePxe, Firmware: schemas.BootSourceOverrideModeUEFI,
		Labels: map[string]string{"a": "b"},
	}))(t)
	equal(t, "kept", must(f.FindProfile(t.Context(), all, small.ID))(t), small)
	equal(t, "by name", must(f.FindProfile(t.Context(), all, "small"))(t), small)
	fails(t, failing(f.CreateProfile(t.Context(), hawkfish.Profile{ProjectID: f.Project, Name: "small"})), hawkfish.Exists)
	fails(t, failing(f.FindProfile(t.Context(), nobody, small.ID)), hawkfish.NotFound)
	fails(t, failing(f.FindProfile(t.Context(), nobody, "small")), hawkfish.NotFound)
	list, total, err := f.ListProfiles(t.Context(), nobody, hawkfish.Page{})
	ok(t, err)
	equal(t, "a stranger's", []int{len(list), total}, []int{0, 0})

	bigger := func(p *hawkfish.Profile) error { p.CPUs = 4; return nil }
	fails(t, failing(f.UpdateProfile(t.Context(), nobody, small.ID, 0, bigger)), hawkfish.NotFound)
	fails(t, failing(f.UpdateProfile(t.Context(), all, small.ID, 7, bigger)), hawkfish.Stale)
	fails(t, failing(f.UpdateProfile(t.Context(), all, small.ID, 0, func(*hawkfish.Profile) error { return hawkfish.Refused("/CPU", "", "") })), hawkfish.Invalid)
	after := must(f.UpdateProfile(t.Context(), all, small.ID, small.Revision, bigger))(t)
	equal(t, "changed", []any{after.CPUs, after.Name, after.Revision}, []any{4, "small", small.Revision + 1})

	other := must(f.CreateProject(t.Context(), hawkfish.Project{Name: "lab"}))(t)
	theirs := must(f.CreateProfile(t.Context(), hawkfish.Profile{ProjectID: other.ID, Name: "small"}))(t)
	fails(t, failing(f.FindProfile(t.Context(), all, "small")), hawkfish.Conflict)
	equal(t, "theirs", must(f.FindProfile(t.Context(), hawkfish.Scope{Projects: []string{other.ID}}, "small"))(t), theirs)
	list, total, err = f.ListProfiles(t.Context(), all, hawkfish.Page{Skip: 1, Limit: 5})
	ok(t, err)
	equal(t, "all", []any{list[0].ID, len(list), total}, []any{theirs.ID, 1, 2})
	fails(t, f.DeleteProject(t.Context(), all, other.ID, 0), hawkfish.Conflict)

	fails(t, f.DeleteProfile(t.Context(), nobody, small.ID, 0), hawkfish.NotFound)
	fails(t, f.DeleteProfile(t.Context(), all, small.ID, small.Revision), hawkfish.Stale)
	ok(t, f.DeleteProfile(t.Context(), all, small.ID, after.Revision))
	fails(t, failing(f.FindProfile(t.Context(), all, small.ID)), hawkfish.NotFound)
}

func testTakenNames(t *testing.T, f Fleet) {
	_ = f.Ready(t, "web1", nil)
	equal(t, "taken", must(f.TakenNames(t.Context(), []string{"web0", "web1"}))(t), []string{"web1"})
	equal(t, "none", len(must(f.TakenNames(t.Context(), nil))(t)), 0)
}

func testKeptCertificate(t *testing.T, f Fleet) {
	none := must(f.KeptCertificate(t.Context()))(t)
	equal(t, "none", none.Shown == nil && none.Pending == nil, true)
	first := hawkfish.KeptCertificate{Shown: &hawkfish.Sealed{Key: "k1", Data: []byte{1}}, Pending: []hawkfish.Sealed{{Key: "k1", Data: []byte{2}}}}
	kept := must(f.KeepCertificate(t.Context(), none.Revision, first))(t)
	equal(t, "kept", must(f.KeptCertificate(t.Context()))(t), kept)
	equal(t, "sealed", kept.Shown, first.Shown)
	fails(t, failing(f.KeepCertificate(t.Context(), none.Revision, first)), hawkfish.Stale)
}
