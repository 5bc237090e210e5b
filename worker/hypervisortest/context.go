package hypervisortest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// prompt is how soon a call ends after its context.
const prompt = 5 * time.Second

var contextTests = []test{
	{"every method ends when it does", func(f *fixture) {
		g := f.defined()
		src := f.publish(rawImage(), hawkfish.FormatRaw)
		f.dropAfterwards(src.SHA256) // a method that is quick enough may have worked
		ctx, cancel := context.WithCancel(f.Context())
		cancel()
		for name, call := range map[string]func(){
			"Facts":      func() { _, _ = f.Facts(ctx) },
			"FetchImage": func() { _, _ = f.FetchImage(ctx, src, func(int64, int64) {}) },
			"DropImage":  func() { _ = f.DropImage(ctx, src.SHA256) },
			"FetchMedium": func() {
				_, _ = f.FetchMedium(ctx, hawkfish.MediaSource{URL: src.URL}, func(int64, int64) {})
			},
			"SweepMedia":       func() { _ = f.SweepMedia(ctx, time.Hour) },
			"CreateDisk":       func() { _ = f.CreateDisk(ctx, g) },
			"DeleteDisks":      func() { _ = f.DeleteDisks(ctx, g.ID) },
			"Define":           func() { _ = f.Define(ctx, g) },
			"Undefine":         func() { _ = f.Undefine(ctx, g.ID) },
			"Start":            func() { _, _ = f.Start(ctx, g.ID) },
			"Stop":             func() { _, _ = f.Stop(ctx, g.ID) },
			"PressPowerButton": func() { _ = f.PressPowerButton(ctx, g.ID) },
			"Reset":            func() { _, _ = f.Reset(ctx, g.ID, "op") },
			"InjectNMI":        func() { _ = f.InjectNMI(ctx, g.ID, "op") },
			"Pause":            func() { _, _ = f.Pause(ctx, g.ID) },
			"Resume":           func() { _, _ = f.Resume(ctx, g.ID) },
			"Suspend":          func() { _, _ = f.Suspend(ctx, g.ID) },
			"Observe":          func() { _, _ = f.Observe(ctx, g.ID) },
			"ObserveAll":       func() { _, _ = f.ObserveAll(ctx) },
			"Watch":            func() { _ = f.Watch(ctx, func() {}, func(hawkfish.Observation) {}) },
			"Foreign":          func() { _, _ = f.Foreign(ctx, g.ProjectID) },
			"Adopt":            func() { _, _ = f.Adopt(ctx, hawkfish.Adoption{Seen: hawkfish.Foreign{ID: g.ID}}) },
			"Release":          func() { _ = f.Release(ctx, g.ID) },
			"OfferMigration":   func() { _, _ = f.OfferMigration(ctx, hawkfish.Passage{ID: "t", Guest: g}) },
			"PrepareMigration": func() {
				_, _ = f.PrepareMigration(ctx, hawkfish.Passage{ID: "t", Guest: g}, hawkfish.Departing{})
			},
			"Migrate": func() {
				_ = f.Migrate(ctx, hawkfish.Passage{ID: "t", Guest: g}, hawkfish.Departing{}, hawkfish.Landing{}, func(hawkfish.MigrationProgress) {})
			},
			"TuneMigration":   func() { _ = f.TuneMigration(ctx, g.ID, 1, 1) },
			"AbortMigration":  func() { _ = f.AbortMigration(ctx, hawkfish.Passage{ID: "t", Guest: g}) },
			"MigrationState":  func() { _, _ = f.MigrationState(ctx, g.ID) },
			"SettleMigration": func() { _, _ = f.SettleMigration(ctx, hawkfish.Passage{ID: "t", Guest: g}) },
			"CleanMigration":  func() { _ = f.CleanMigration(ctx, g.ID) },
			"SerialOutput":    func() { _, _ = f.SerialOutput(ctx, g.ID, 10) },
		} {
			f.promptly(name, call)
		}
	}},
	{"a fetch that stands still ends when it does", func(f *fixture) {
		if !f.HTTP {
			f.Skip("hosts of this world do not fetch from 127.0.0.1")
		}
		ctx, cancel := context.WithCancel(f.Context())
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000000")
			_, _ = w.Write(make([]byte, 1000))
			_ = http.NewResponseController(w).Flush()
			cancel()
			<-r.Context().Done()
		}))
		f.Cleanup(server.Close)
		f.promptly("FetchImage", func() {
			src := hawkfish.ImageSource{URL: server.URL, Format: hawkfish.FormatRaw}
			if _, err := f.FetchImage(ctx, src, func(int64, int64) {}); err == nil {
				f.Error("half an image was accepted")
			}
		})
	}},
}

func (f *fixture) promptly(name string, call func()) {
	f.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		call()
	}()
	select {
	case <-done:
	case <-time.After(prompt):
		f.Errorf("%s does not end", name)
	}
}
