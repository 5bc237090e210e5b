package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// An adopted system is on its host from the beginning, is found among the others by that it was adopted, and keeps what
// its domain came with.
func testAdoption(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	made := f.Ready(t, "web1", nil)
	seen := hawkfish.Foreign{ID: uuid.NewString(), Name: "old one", Power: schemas.PowerStateOn, CPUs: 2, MemoryMiB: 512, Interfaces: []hawkfish.ForeignInterface{{MAC: "52:54:00:aa:bb:cc", Source: "br0"}}}
	seen.Machine.Adopted = &hawkfish.Adopted{Domain: seen.Name, Fixed: []string{"CPUs"}}
	s := hawkfish.NewAdopted(seen, "elder", made.ProjectID, "h1", time.Now(), "tester")
	task := must(f.CreateSystem(t.Context(), s, f.Wish(hawkfish.OpAdopt, of(s))))(t)
	got := must(f.FindSystem(t.Context(), all, "elder"))(t)
	equal(t, "host", got.HostID, "h1")
	equal(t, "phase", got.Phase, hawkfish.PhaseProvisioning)
	equal(t, "power", got.Power, schemas.PowerStateOn)
	equal(t, "adopted", *got.Machine.Adopted, *s.Machine.Adopted)
	equal(t, "allocated", must(f.FindHost(t.Context(), "h1"))(t).Allocated.CPUs, made.CPUs+2)
	fails(t, failing(f.CreateSystem(t.Context(), s, f.Wish(hawkfish.OpAdopt, of(s)))), hawkfish.Exists)
	f.Finish(t, task, schemas.TaskStateCompleted)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseReady)

	yes, no := true, false
	for want, filter := range map[string]*bool{s.ID: &yes, made.ID: &no} {
		ids, total, err := f.SystemIDsWith(t.Context(), all, hawkfish.SystemFilter{Adopted: filter}, hawkfish.Page{})
		ok(t, err)
		equal(t, "listed", ids, []string{want})
		equal(t, "total", total, 1)
	}
	there := must(f.Identities(t.Context(), []string{made.ID}, []string{"nobody"}, []string{"52:54:00:aa:bb:cc"}))(t)
	equal(t, "identities", there, []hawkfish.Identity{{ID: s.ID, Name: "elder", MAC: "52:54:00:aa:bb:cc"}, {ID: made.ID, Name: "web1", MAC: made.MAC}})

	for _, alter := range []func(*hawkfish.System){
		func(s *hawkfish.System) { s.CPUs++ }, func(s *hawkfish.System) { s.Machine.TPM = true }, func(s *hawkfish.System) { s.Machine.SecureBoot = true },
		func(s *hawkfish.System) { s.Machine.Firmware = schemas.BootSourceOverrideModeUEFI },
	} {
		_, _, err := f.UpdateSystem(t.Context(), all, s.ID, 0, func(s *hawkfish.System) error { alter(s); return nil }, f.Wish(hawkfish.OpConfigure, hawkfish.Target{}))
		fails(t, err, hawkfish.Conflict)
	}
	_, carry, err := f.UpdateSystem(t.Context(), all, s.ID, 0, func(s *hawkfish.System) error { s.MemoryMiB = 1024; return nil }, f.Wish(hawkfish.OpConfigure, hawkfish.Target{}))
	ok(t, err)
	f.Finish(t, carry, schemas.TaskStateCompleted)

	release := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpRelease, of(s))))(t)
	f.Finish(t, release, schemas.TaskStateException)
	equal(t, "phase", must(f.FindSystem(t.Context(), all, s.ID))(t).Phase, hawkfish.PhaseReady)
	release = must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpRelease, of(s))))(t)
	f.Finish(t, release, schemas.TaskStateCompleted)
	fails(t, failing(f.FindSystem(t.Context(), all, s.ID)), hawkfish.NotFound)
}
