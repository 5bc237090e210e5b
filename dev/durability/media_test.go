package durability

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/media"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/activities/record"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// mediaRequests put an image into a drive, take it out, and change their mind.
func mediaRequests() []request {
	return []request{
		{
			name: "insert", op: hawkfish.OpInsertMedia, ask: (*fleet).insertion, ends: "Completed", leaves: &ran{Boots: 1},
			steps: []string{
				starting(string(hawkfish.OpInsertMedia)), placement.Locate.Name, media.Fetch.Name, provision.Configure.Name, record.Finish.Name,
			},
		},
		{
			name: "withdraw", op: hawkfish.OpInsertMedia, ask: (*fleet).insertion, stop: media.Fetch.Name, ends: "Cancelled", leaves: &ran{Boots: 1},
			steps: []string{record.Finish.Name},
		},
		{
			name: "eject", op: hawkfish.OpEjectMedia, ends: "Completed", leaves: &ran{Boots: 1},
			ask:   (*fleet).ejection, // of nothing, which succeeds
			steps: []string{starting(string(hawkfish.OpEjectMedia)), placement.Locate.Name, record.Finish.Name},
		},
	}
}

func driveOf(system string) string { return systemsURI + "/" + system + "/VirtualMedia/Cd" }

func (f *fleet) insertion(name string) (stack.Task, error) {
	return f.insertionOf(name, "file://"+filepath.Join(f.Images(), "disc.iso"))
}

func (f *fleet) ejection(name string) (stack.Task, error) {
	return f.post(driveOf(name)+"/Actions/VirtualMedia.EjectMedia", nil)
}

func (f *fleet) insertionOf(name, image string) (stack.Task, error) {
	return f.post(driveOf(name)+"/Actions/VirtualMedia.InsertMedia", map[string]any{"Image": image})
}

// disc writes the image that insertions are of.
func (f *fleet) disc() {
	f.t.Helper()
	file := filepath.Join(f.Images(), "disc.iso")
	require.NoError(f.t, os.WriteFile(file, make([]byte, 1<<20), 0o644))
	old := time.Now().Add(-time.Hour)
	require.NoError(f.t, os.Chtimes(file, old, old))
}

// inserted reports whether Redfish says that a system has a medium in its drive.
func (f *fleet) inserted(system string) bool {
	f.t.Helper()
	var drive struct{ Inserted bool }
	require.NoError(f.t, f.Fetch(driveOf(system)).Into(&drive))
	return drive.Inserted
}

// What is inserted while things die is inserted once, and the power-on behind it waits.
func TestKilledWhileMediaAreInserted(t *testing.T) {
	eachProcess(t, func(t *testing.T, turn int, process string, down time.Duration) {
		f := simulatedFleet(t)
		f.disc()
		for i := range turns() {
			all := trials(mediaRequests(), turn+i)
			f.round(f.process(process, down), all)
			for _, one := range all {
				assert.Equal(t, one.name == "insert", f.inserted(one.system), "%s: inserted", one.at)
			}
			f.killedWhileEjecting(f.process(process, down), all)
		}
	})
}

// killedWhileEjecting takes out again what trials have inserted, while the victim dies before the host does it.
func (f *fleet) killedWhileEjecting(v victim, all []*trial) {
	f.t.Helper()
	var tasks []stack.Task
	for _, one := range all {
		if one.name != "insert" {
			continue
		}
		at := holdBefore(provision.Configure.Name, one.system)
		require.NoError(f.t, f.Hold.Arm(at))
		task, err := f.ejection(one.system)
		require.NoError(f.t, err)
		f.AwaitHeld(at)
		tasks = append(tasks, task)
	}
	v.kill()
	for _, one := range all {
		if one.name == "insert" {
			require.NoError(f.t, f.Hold.Release(holdBefore(provision.Configure.Name, one.system)))
		}
	}
	v.mend()
	for _, task := range tasks {
		f.must(task, nil)
	}
	for _, one := range all {
		assert.False(f.t, f.inserted(one.system), "%s: inserted", one.at)
	}
}

// On real hosts the same, with libvirtd among those that die.
func TestRealHostsAreKilledWhileMediaAreInserted(t *testing.T) {
	f, hosts := labFleet(t, 1)
	f.disc()
	worker := stack.HostProcess(hosts[0].Name)
	daemon := victim{
		name: "libvirtd",
		kill: func() { hosts[0].Libvirtd(labtest.Kill) },
		mend: func() { hosts[0].Libvirtd(labtest.Start) },
		down: outage,
	}
	for turn, v := range []victim{daemon, f.process(worker, 0)} {
		all := trials(only(mediaRequests(), media.Fetch.Name, provision.Configure.Name), turn)
		f.round(v, all)
		for _, one := range all {
			assert.Equal(t, one.name == "insert", f.inserted(one.system), "%s: inserted", one.at)
			assert.Equal(t, one.name == "insert", strings.Contains(virsh(t, hosts[0], "dumpxml", one.id), "/media-"), "%s: in the guest", one.at)
		}
		f.clear()
	}
}

// slow serves a file whose second half comes when it may.
type slow struct {
	size    int64
	gate    chan struct{}
	begun   chan struct{}
	fetches atomic.Int32
}

func (s *slow) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("ETag", `"disc"`)
	w.Header().Set("Content-Length", fmt.Sprint(s.size))
	if r.Method == http.MethodHead {
		return
	}
	half := make([]byte, s.size/2)
	if s.fetches.Add(1) == 1 {
		_, _ = w.Write(half)
		_ = http.NewResponseController(w).Flush()
		close(s.begun)
		select {
		case <-s.gate:
		case <-r.Context().Done():
			return
		}
	} else {
		_, _ = w.Write(half)
	}
	_, _ = w.Write(half)
}

// A host worker that is killed in the middle of a transfer leaves nothing of it behind, and the next one begins anew.
func TestKilledInTheMiddleOfATransfer(t *testing.T) {
	f, hosts := labFleet(t, 1)
	worker := stack.HostProcess(hosts[0].Name)
	f.must(f.provision("demo"))
	s := &slow{size: 64 << 20, gate: make(chan struct{}), begun: make(chan struct{})}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(s.gate) })
	task, err := f.insertionOf("demo", server.URL+"/disc.iso")
	require.NoError(t, err)
	<-s.begun
	f.AwaitTaskUntil(task.URI, within, "has come half way", func(now stack.Task) bool { return now.PercentComplete >= 40 })
	f.Kill(worker)
	f.Start(worker)
	f.WaitReady(worker)
	f.must(task, nil)
	assert.True(t, f.inserted("demo"))
	f.eventually(within, func(context.Context) error { // of other tests' media the cache may have some, whole ones
		files, err := filepath.Glob(filepath.Join(hosts[0].Path(poolPath), "media-????????????????"))
		for _, file := range files {
			if ready, _ := filepath.Glob(file + ".ready-*"); err == nil && len(ready) != 1 {
				err = fmt.Errorf("%s is what is left of a transfer", file)
			}
		}
		return err
	})
	f.must(f.ejection("demo"))
	assert.False(t, f.inserted("demo"))
	f.clear()
}
