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
	out := build(t, "disk")
	return Tiny{Raw: filepath.Join(out, "tiny.img"), QCOW2: filepath.Join(out, "tiny.qcow2")}
}

// LinuxImage builds the Linux guest: a disk of 30 MiB that boots by BIOS and by UEFI, asks for an address, runs QEMU's
// guest agent, says "LINUX ready" on the first serial port and leaves a root shell there (lab/guest/init). Packages
// are downloaded for it, so the test is skipped unless HAWKFISH_FULL is 1.
func LinuxImage(t testing.TB) string {
	t.Helper()
	if os.Getenv("HAWKFISH_FULL") != "1" {
		t.Skip("the Linux guest is for HAWKFISH_FULL=1")
	}
	return filepath.Join(build(t, "all"), "linux.iso")
}

// build builds guests, unless that has been done, and returns their folder.
func build(t testing.TB, what string) string {
	t.Helper()
	script, err := findAbove("lab/guest/build.sh")
	if err != nil {
		t.Skip(err)
	}
	out := filepath.Join(filepath.Dir(filepath.Dir(script)), "out")
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := lockFile(filepath.Join(out, ".lock"), 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = lock.Close() }()
	if text, err := exec.Command(script, out, what).CombinedOutput(); err != nil {
		if os.Geteuid() != 0 && os.Getenv(Require) != "1" {
			t.Skipf("the guests cannot be built: %v\n%s", err, text)
		}
		t.Fatalf("the guests cannot be built: %v\n%s", err, text)
	}
	return out
}
