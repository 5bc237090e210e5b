package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/guest"
	"github.com/projectbeskar/hawkfish/dev/stack"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// BenchmarkInsertMedia inserts an image of 1 GiB into a guest on a real host, from a web server of this machine, beside what
// curl takes to write the same to the same disk; and then into a second guest. Run it with -benchtime 3x.
func BenchmarkInsertMedia(b *testing.B) {
	const size = 1 << 30
	host := labtest.Up(b, 1).Hosts[0]
	pool := "/var/lib/libvirt/hawkfish"
	s := stack.Start(b, stack.Options{
		Hosts: []stack.Host{{Name: host.Name, URI: host.URI()}},
		Env: asInProduction(map[string]string{
			"HAWKFISH_DOMAIN_TYPE": "qemu", "HAWKFISH_CPU_MODEL": "qemu64", "HAWKFISH_POOL_PATH": pool, "HAWKFISH_IMAGE_ALLOW": "localhost",
		}),
	})
	file := filepath.Join(s.Dir, "disc.iso")
	require.NoError(b, discOf(file, size))
	var fetched atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fetched.Add(1)
		}
		http.ServeFile(w, r, file)
	}))
	b.Cleanup(server.Close)
	image, err := guest.Write(s.Images())
	require.NoError(b, err)
	do := func(path string, body any) time.Duration {
		b.Helper()
		began := time.Now()
		var task stack.Task
		require.NoError(b, s.Post(path, body).Into(&task))
		ended := s.AwaitTask(task.URI, 5*time.Minute)
		require.Equal(b, "Completed", ended.TaskState, "%+v", ended)
		return time.Since(began)
	}
	do("/redfish/v1/Oem/HawkFish/Images", map[string]any{"Name": "tiny", "Version": "1", "Format": "raw", "URL": "file://" + image})
	for _, name := range []string{"one", "two"} {
		do("/redfish/v1/Systems", map[string]any{"Name": name, "MemoryMiB": 32, "Image": "tiny:1", "Network": "none"})
	}
	pid := s.Pid(stack.HostProcess(host.Name))
	insert := func(system string, turn int) time.Duration {
		return do("/redfish/v1/Systems/"+system+"/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia",
			map[string]any{"Image": fmt.Sprintf("%s/disc-%d-%d.iso", server.URL, os.Getpid(), turn)})
	}
	eject := func(system string) {
		do("/redfish/v1/Systems/"+system+"/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia", nil)
	}
	turn, sums := 0, map[string]float64{}
	note := func(unit string, value float64) {
		sums[unit] += value
		b.ReportMetric(sums[unit]/float64(turn), unit)
	}
	for b.Loop() {
		turn++
		target := filepath.Join(host.Path(pool), "curl.tmp")
		began := time.Now()
		out, err := exec.Command("curl", "-sS", "-o", target, server.URL).CombinedOutput()
		require.NoError(b, err, "%s", out)
		curl := time.Since(began)
		require.NoError(b, os.Remove(target))
		before, _ := memory(pid)
		peak, stop := watchMemory(pid)
		first := insert("one", turn)
		stop()
		after, _ := memory(pid)
		had := fetched.Load()
		second := insert("two", turn)
		require.Equal(b, had, fetched.Load(), "the second system fetches")
		eject("one")
		eject("two")
		mib := func(took time.Duration) float64 { return size / (1 << 20) / took.Seconds() }
		note("curl-MiB/s", mib(curl))
		note("insert-MiB/s", mib(first))
		note("second-ms", float64(second.Milliseconds()))
		note("before-MiB", float64(before>>20))
		note("peak-MiB", float64(peak.Load()>>20))
		note("after-MiB", float64(after>>20))
	}
	for _, name := range []string{"one", "two"} { // the lab may outlive the stack
		answer, err := s.Do(b.Context(), http.MethodDelete, "/redfish/v1/Systems/"+name, nil)
		require.NoError(b, err)
		var task stack.Task
		require.NoError(b, answer.Into(&task))
		s.AwaitTask(task.URI, time.Minute)
	}
}

// discOf writes a file that does not compress, and is older than a web server's clock is coarse.
func discOf(file string, size int64) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(i * i >> 3)
	}
	for range size / int64(len(block)) {
		if _, err := out.Write(block); err != nil {
			return err
		}
	}
	old := time.Now().Add(-time.Hour)
	return os.Chtimes(file, old, old)
}

// watchMemory keeps the most that a process holds until stop is called.
func watchMemory(pid int) (peak *atomic.Int64, stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	peak, done := &atomic.Int64{}, make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			resident, _ := memory(pid)
			peak.Store(max(peak.Load(), resident))
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return peak, func() { cancel(); <-done }
}
