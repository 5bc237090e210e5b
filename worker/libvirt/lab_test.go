package libvirt

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch"
	"github.com/projectbeskar/hawkfish/internal/outbound"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

func TestMain(m *testing.M) { os.Exit(labtest.Main(m)) }

// bootText is what the tiny guest writes once a boot.
const bootText = "TINY boot"

// bench is a lab host and what images it may fetch.
type bench struct {
	labtest.Host
	dir  string // images are fetched from
	boot string // Config.BootFile
}

func newBench(t testing.TB) bench {
	t.Helper()
	return newBenchOf(t, labtest.Up(t, 1).Hosts[0])
}

func newBenchOf(t testing.TB, on labtest.Host) bench {
	t.Helper()
	b := bench{Host: on, dir: t.TempDir(), boot: filepath.Join(t.TempDir(), "boot")}
	b.started(t)
	return b
}

// started says that the host has just been started.
func (b bench) started(t testing.TB) {
	t.Helper()
	if err := os.WriteFile(b.boot, []byte(uuid.NewString()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// powerCut cuts the host's power and starts it again.
func (b bench) powerCut(t *testing.T) {
	t.Helper()
	b.Crash()
	b.started(t)
	b.Boot()
}

// open makes a host as a worker does.
func (b bench) open(t testing.TB, alter ...func(*Config)) *Host {
	t.Helper()
	cfg := Config{
		URI:     b.URI(),
		Network: "default", BootFile: b.boot,
		Source: fetch.New(fetch.Policy{
			FileDirs:  []string{b.dir},
			Addresses: outbound.Policy{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		}),
	}
	for _, a := range alter {
		a(&cfg)
	}
	h, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	return h
}

// publish puts a file where the host fetches images from.
func (b bench) publish(t testing.TB, name string, content []byte, format hawkfish.ImageFormat) hawkfish.ImageSource {
	t.Helper()
	file := filepath.Join(b.dir, name)
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return hawkfish.ImageSource{
		URL: (&url.URL{Scheme: "file", Path: file}).String(), SHA256: hex.EncodeToString(sum[:]), Format: format,
	}
}

// tiny is the tiny guest's image.
func (b bench) tiny(t testing.TB) hawkfish.ImageSource {
	t.Helper()
	content, err := os.ReadFile(labtest.TinyImage(t).QCOW2)
	if err != nil {
		t.Fatal(err)
	}
	return b.publish(t, "tiny.qcow2", content, hawkfish.FormatQCOW2)
}

// guest describes a guest of the tiny image, and removes it after the test.
func (b bench) guest(t testing.TB, h *Host) hawkfish.Guest {
	t.Helper()
	id := uuid.New()
	g := hawkfish.Guest{
		ID: id.String(), Name: "lab-" + id.String()[:8], ProjectID: uuid.NewString(),
		CPUs: 1, MemoryMiB: 32, DiskGiB: 1, Image: b.tiny(t), Network: "default",
		MAC: "52:54:00:" + id.String()[:2] + ":" + id.String()[2:4] + ":" + id.String()[4:6],
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		h := b.open(t) // the test's may have been closed
		_, err := h.Stop(ctx, g.ID)
		if hawkfish.KindOf(err) == hawkfish.NotFound {
			err = nil
		}
		if err := errors.Join(err, h.Undefine(ctx, g.ID), h.DeleteDisks(ctx, g.ID), h.DropImage(ctx, g.Image.SHA256)); err != nil {
			t.Errorf("cleaning up: %v", err)
		}
	})
	return g
}

// provision makes a guest that is off.
func (b bench) provision(t testing.TB, h *Host) hawkfish.Guest {
	t.Helper()
	g := b.guest(t, h)
	if _, err := h.FetchImage(t.Context(), g.Image, func(int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(h.CreateDisk(t.Context(), g), h.Define(t.Context(), g)); err != nil {
		t.Fatal(err)
	}
	return g
}

// eventually polls for half a minute.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within half a minute", what)
		}
	}
}

func waitForBoots(t testing.TB, h *Host, id string, n int) {
	t.Helper()
	eventually(t, "the guest boots", func() bool {
		out, err := h.SerialOutput(t.Context(), id, 1<<20)
		return err == nil && strings.Count(string(out), bootText) >= n
	})
}

// typeKey types on a guest's serial console until enough is true, once when it is nil.
func typeKey(t testing.TB, h *Host, id string, key byte) {
	t.Helper()
	uid, err := parseID(id)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	c, err := h.conns.dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer context.AfterFunc(ctx, c.close)()
	dom, err := c.DomainLookupByUUID(uid)
	if err != nil {
		t.Fatal(err)
	}
	in, keys := io.Pipe()
	go func() {
		defer c.close()
		var out sink
		_ = c.DomainOpenConsoleBidirectional(dom, nil, in, &out, uint32(golibvirt.DomainConsoleForce))
	}()
	if _, err := keys.Write([]byte{key}); err != nil {
		t.Fatal(err)
	}
	// The second write is taken when the first has been sent.
	if _, err := keys.Write(nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = keys.Close(); c.close() })
}

// kill ends the QEMU of a guest at once.
func kill(t *testing.T, id string) {
	t.Helper()
	commands, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range commands {
		command, _ := os.ReadFile(file) // it may be gone
		if !strings.Contains(string(command), "qemu") || !strings.Contains(string(command), id) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err == nil {
			err = syscall.Kill(pid, syscall.SIGKILL)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("the guest's QEMU is not to be found")
}
