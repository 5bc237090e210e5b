package labtest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Tiny is the smallest guest there is: 2 KiB that print "TINY boot" and a
// "tick" each second on the first serial port and obey the power button (lab/guest/tiny.S).
type Tiny struct {
	Raw   string // path of the disk, 1 MiB
	QCOW2 string // the same as qcow2
}

// TinyImage builds the tiny guest, unless it has been built. It needs no root
// where binutils and qemu-utils are installed, and skips the test otherwise.
func TinyImage(t testing.TB) Tiny {
	t.Helper()
	build, err := findAbove("lab/guest/build.sh")
	if err != nil {
		t.Skip(err)
	}
	out := filepath.Join(filepath.Dir(filepath.Dir(build)), "out")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := lockFile(filepath.Join(out, ".lock"), 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Close() }()
	if text, err := exec.Command(build, out, "disk").CombinedOutput(); err != nil {
		if os.Geteuid() != 0 && os.Getenv(Require) != "1" {
			t.Skipf("the tiny guest cannot be built: %v\n%s", err, text)
		}
		t.Fatalf("the tiny guest cannot be built: %v\n%s", err, text)
	}
	return Tiny{Raw: filepath.Join(out, "tiny.img"), QCOW2: filepath.Join(out, "tiny.qcow2")}
}
