package simulated_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/worker/simulated"
)

const victimDir = "HAWKFISH_TEST_VICTIM_DIR"

// TestVictim is what TestKill kills: it changes a host without end, and says what it was told has been done.
func TestVictim(t *testing.T) {
	dir := os.Getenv(victimDir)
	if dir == "" {
		t.Skip("run by TestKill alone")
	}
	h := open(t, simulated.Config{Dir: dir, Capacity: hawkfish.Resources{CPUs: 1, MemoryMiB: 1 << 40, DiskGiB: 1 << 40}})
	for n := 0; ; n++ {
		g := guest(n)
		if h.CreateDisk(t.Context(), g) != nil || h.Define(t.Context(), g) != nil {
			return
		}
		if _, err := h.Start(t.Context(), g.ID); err != nil {
			return
		}
		fmt.Println("started", n)
	}
}

func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
	victim.Env = append(os.Environ(), victimDir+"="+dir)
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	last := -1
	for lines := bufio.NewScanner(out); lines.Scan(); {
		_, _ = fmt.Sscanf(lines.Text(), "started %d", &last)
		if last == 2000 { // further lines are on their way
			_ = victim.Process.Kill()
		}
	}
	_ = victim.Wait()
	if last < 2000 {
		t.Fatalf("the victim came to %d", last)
	}
	h := open(t, simulated.Config{Dir: dir})
	for n := range last + 1 {
		if o, err := h.Observe(t.Context(), guest(n).ID); err != nil || o.Power != schemas.PowerStateOn || o.LastReset.IsZero() {
			t.Fatalf("system %d of %d: got %+v, %v", n, last, o, err)
		}
	}
}

func TestTheFolderHasOneOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, simulated.Config{Dir: dir})
	_, err := simulated.Open(simulated.Config{Dir: dir})
	wantKind(t, err, hawkfish.Conflict)
	h.Close()
	open(t, simulated.Config{Dir: dir})
}

func TestALineCutOff(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, simulated.Config{Dir: dir})
	defined(t, h, 3)
	h.Close()
	path := filepath.Join(dir, "state.jsonl")
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.WriteString(`{"id":"half`)
	file.Close()
	for range 2 { // the second time after the file has been written anew
		h = open(t, simulated.Config{Dir: dir})
		if all, err := h.ObserveAll(t.Context()); err != nil || len(all) != 3 {
			t.Errorf("got %d systems, %v", len(all), err)
		}
		h.Close()
	}
}

func TestTheJournalStaysSmall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, simulated.Config{Dir: dir})
	defined(t, h, 1)
	for range 3000 {
		if err := h.Define(t.Context(), guest(0)); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "state.jsonl"))
	if err != nil || info.Size() > 1<<20 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	h.Close()
	h = open(t, simulated.Config{Dir: dir})
	if all, err := h.ObserveAll(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("got %d systems, %v", len(all), err)
	}
}

// A guest that was told to shut down does so although nobody watches.
func TestGuestsGoOnWhileNobodyWatches(t *testing.T) {
	t.Parallel()
	config := simulated.Config{Dir: t.TempDir(), Guests: simulated.Behaviour{Shutdown: 20 * time.Millisecond}}
	h := open(t, config)
	defined(t, h, 1)
	id := guest(0).ID
	if _, err := h.Start(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := h.PressPowerButton(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	h.Close()
	h = open(t, config)
	for deadline := time.Now().Add(30 * time.Second); ; {
		o, err := h.Observe(t.Context(), id)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("got %+v, %v", o, err)
		}
		if o.Power == schemas.PowerStateOff {
			return
		}
		time.Sleep(time.Millisecond)
	}
}
