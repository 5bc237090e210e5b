package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

var facts = &hawkfish.ImageFacts{SHA256: "ab12", SizeBytes: 100, VirtualBytes: 1 << 30}

func (f Fleet) importing(t *testing.T, name, version string) (hawkfish.Image, hawkfish.Task) {
	t.Helper()
	img := hawkfish.Image{ID: uuid.NewString(), ProjectID: f.Project, Name: name, Version: version, URL: "file:///disk", Format: hawkfish.FormatQCOW2}
	task := must(f.CreateImage(t.Context(), img, f.Wish(hawkfish.OpImportImage, hawkfish.Target{})))(t)
	return must(f.FindImage(t.Context(), all, img.ID))(t), task
}

func (f Fleet) imported(t *testing.T, name, version string) hawkfish.Image {
	t.Helper()
	img, task := f.importing(t, name, version)
	ok(t, f.FinishTask(t.Context(), task.ID, hawkfish.Outcome{State: schemas.TaskStateCompleted}, nil, facts))
	return must(f.FindImage(t.Context(), all, img.ID))(t)
}

func testFindImage(t *testing.T, f Fleet) {
	old := f.imported(t, "debian", "12")
	newer := f.imported(t, "debian", "13")
	unready, _ := f.importing(t, "debian", "14")
	equal(t, "by ID", must(f.FindImage(t.Context(), all, old.ID))(t), old)
	equal(t, "by version", must(f.FindImage(t.Context(), all, "debian:12"))(t), old)
	equal(t, "unready, by version", must(f.FindImage(t.Context(), all, "debian:14"))(t), unready)
	equal(t, "by name", must(f.FindImage(t.Context(), all, "debian"))(t), newer)
	fails(t, failing(f.FindImage(t.Context(), all, "debian:15")), hawkfish.NotFound)
	images, total, err := f.ListImages(t.Context(), all, hawkfish.Page{Skip: 1, Limit: 1})
	ok(t, err)
	equal(t, "page", images, []hawkfish.Image{newer})
	equal(t, "total", total, 3)
}

func testImageLife(t *testing.T, f Fleet) {
	img, _ := f.importing(t, "debian", "12")
	equal(t, "phase", img.Phase, hawkfish.ImageImporting)
	twin := img
	twin.ID = uuid.NewString()
	fault := fails(t, failing(f.CreateImage(t.Context(), twin, f.Wish(hawkfish.OpImportImage, hawkfish.Target{}))), hawkfish.Exists)
	equal(t, "taken", []string{fault.Property, fault.Value}, []string{"/Name", twin.Name})

	ready := f.imported(t, "debian", "13")
	equal(t, "facts", hawkfish.ImageFacts{SHA256: ready.SHA256, SizeBytes: ready.SizeBytes, VirtualBytes: ready.VirtualBytes}, *facts)
	equal(t, "phase", ready.Phase, hawkfish.ImageReady)

	target := hawkfish.Target{Kind: hawkfish.TargetImage, ID: ready.ID}
	task := must(f.DeleteImage(t.Context(), f.Wish(hawkfish.OpDeleteImage, target)))(t)
	equal(t, "phase", must(f.FindImage(t.Context(), all, ready.ID))(t).Phase, hawkfish.ImageDeleting)
	fails(t, failing(f.DeleteImage(t.Context(), f.Wish(hawkfish.OpDeleteImage, target))), hawkfish.Conflict)
	f.Finish(t, task, schemas.TaskStateException)
	equal(t, "phase", must(f.FindImage(t.Context(), all, ready.ID))(t).Phase, hawkfish.ImageReady)

	task = must(f.DeleteImage(t.Context(), f.Wish(hawkfish.OpDeleteImage, target)))(t)
	f.Finish(t, task, schemas.TaskStateCompleted)
	fails(t, failing(f.FindImage(t.Context(), all, ready.ID)), hawkfish.NotFound)
}

func testImageInUse(t *testing.T, f Fleet) {
	img := f.imported(t, "debian", "12")
	target := hawkfish.Target{Kind: hawkfish.TargetImage, ID: img.ID}
	s := f.Ready(t, "web1", func(s *hawkfish.System) { s.ImageID = img.ID })
	fails(t, failing(f.DeleteImage(t.Context(), f.Wish(hawkfish.OpDeleteImage, target))), hawkfish.Conflict)
	equal(t, "phase", must(f.FindImage(t.Context(), all, img.ID))(t).Phase, hawkfish.ImageReady)

	f.Finish(t, must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t), schemas.TaskStateCompleted)
	_ = must(f.DeleteImage(t.Context(), f.Wish(hawkfish.OpDeleteImage, target)))(t)
	late := s
	late.ID, late.Name = uuid.NewString(), "web2"
	fails(t, failing(f.CreateSystem(t.Context(), late, f.Wish(hawkfish.OpProvision, hawkfish.Target{}))), hawkfish.Conflict)
	late.ImageID = uuid.NewString()
	fails(t, failing(f.CreateSystem(t.Context(), late, f.Wish(hawkfish.OpProvision, hawkfish.Target{}))), hawkfish.NotFound)
}

func testFailedImport(t *testing.T, f Fleet) {
	for _, state := range []schemas.TaskState{schemas.TaskStateException, schemas.TaskStateCancelled} {
		img, task := f.importing(t, "debian", "12")
		f.Finish(t, task, state)
		fails(t, failing(f.FindImage(t.Context(), all, img.ID)), hawkfish.NotFound)
	}
}
