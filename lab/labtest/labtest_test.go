package labtest_test

import (
	"net"
	"os"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish/lab/labtest"
)

func TestMain(m *testing.M) { os.Exit(labtest.Main(m)) }

// The lab is what the tests of others stand on: its hosts answer, die, come back, and are each alone.
func TestLab(t *testing.T) {
	lab := labtest.Up(t, 2)
	h := lab.Hosts[0]
	if got := strings.TrimSpace(h.Exec("hostname")); got != "h1" {
		t.Fatalf("hostname on h1 says %q", got)
	}
	if !answers(h) || !answers(lab.Hosts[1]) {
		t.Fatal("libvirtd does not listen on every host")
	}

	h.Libvirtd(labtest.Kill)
	if answers(h) {
		t.Error("h1's libvirtd listens after its death")
	}
	h.Libvirtd(labtest.Start)
	if !answers(h) {
		t.Error("h1's libvirtd does not listen after its start")
	}

	h.Crash()
	if answers(h) || !answers(lab.Hosts[1]) {
		t.Error("the crash of h1 must end h1's libvirtd, and no other")
	}
	h.Boot()
	if !answers(h) {
		t.Error("h1 does not answer after its boot")
	}
	if again := labtest.Up(t, 2); again.Hosts[0].Socket != h.Socket {
		t.Error("a lab that is up is not used again")
	}
}

func TestTinyImage(t *testing.T) {
	tiny := labtest.TinyImage(t)
	raw, err := os.ReadFile(tiny.Raw)
	if err != nil || len(raw) != 1<<20 || raw[510] != 0x55 || raw[511] != 0xaa {
		t.Errorf("%s is no boot disk of 1 MiB: %d bytes, %v", tiny.Raw, len(raw), err)
	}
	qcow2, err := os.ReadFile(tiny.QCOW2)
	if err != nil || !strings.HasPrefix(string(qcow2), "QFI\xfb") {
		t.Errorf("%s is not qcow2: %v", tiny.QCOW2, err)
	}
}

func answers(h labtest.Host) bool {
	c, err := net.Dial("unix", h.Socket)
	if err == nil {
		_ = c.Close()
	}
	return err == nil
}
