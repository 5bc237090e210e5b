package labtest

import (
	"path/filepath"
	"strings"
)

// Host is one hypervisor of the lab.
type Host struct {
	Name   string // "h1"
	Socket string // path of libvirtd's socket; works from outside the host
	Addr   string // of the host, reachable from within the lab only

	lab *Lab
}

// Daemon is what can be done to a host's libvirtd. Guests go on running.
type Daemon string

const (
	Kill   Daemon = "kill"   // SIGKILL
	Stop   Daemon = "stop"   // SIGTERM
	Start  Daemon = "start"  // and wait until it answers
	Freeze Daemon = "freeze" // SIGSTOP: it accepts connections and answers nothing
	Thaw   Daemon = "thaw"
)

// mends says what puts each breakage right when the test has ended.
var mends = map[Daemon]Daemon{Kill: Start, Stop: Start, Freeze: Thaw}

// URI returns the libvirt URI of the host.
func (h Host) URI() string { return "qemu:///system?socket=" + h.Socket }

// Libvirtd does something to the host's libvirtd.
func (h Host) Libvirtd(d Daemon) {
	h.lab.t.Helper()
	if mend, ok := mends[d]; ok {
		h.lab.t.Cleanup(func() { h.lab.try("libvirtd", h.Name, string(mend)) })
	}
	h.lab.do("libvirtd", h.Name, string(d))
}

// Crash is a power failure: every process of the host dies at once.
func (h Host) Crash() {
	h.lab.t.Helper()
	h.lab.t.Cleanup(h.Boot)
	h.lab.do("crash", h.Name)
}

// Boot brings a crashed host back, with its disks; one that runs is left alone.
func (h Host) Boot() {
	h.lab.t.Helper()
	h.lab.do("boot", h.Name)
}

// Link plugs the host's network cables in, or pulls them out.
func (h Host) Link(up bool) {
	h.lab.t.Helper()
	state := map[bool]string{true: "up", false: "down"}[up]
	if !up {
		h.lab.t.Cleanup(func() { h.Link(true) })
	}
	h.lab.do("link", h.Name, state)
}

// Path returns where a file of the host is outside of it. Only what a host has
// of its own can be asked for: /var/lib/libvirt, /var/lib/hawkfish, /run, /var/log.
func (h Host) Path(inside string) string {
	for _, own := range []struct{ prefix, dir string }{{"/var/lib/libvirt/", "lib"}, {"/var/lib/hawkfish/", "hawkfish"}, {"/run/", "run"}, {"/var/log/", "log"}} {
		if rest, ok := strings.CutPrefix(inside, own.prefix); ok {
			return filepath.Join(h.lab.Dir, h.Name, own.dir, rest)
		}
	}
	h.lab.t.Fatalf("%s is not a file of host %s alone", inside, h.Name)
	return ""
}

// Exec runs a command inside the host and returns what it printed.
func (h Host) Exec(args ...string) string {
	h.lab.t.Helper()
	return h.lab.do(append([]string{"exec", h.Name}, args...)...)
}

func (l *Lab) do(args ...string) string {
	l.t.Helper()
	out, err := l.command(patience, args...)
	if err != nil {
		l.t.Fatalf("lab %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// try is do where failing is all right: to thaw a daemon that has been killed since, say.
func (l *Lab) try(args ...string) {
	if out, err := l.command(patience, args...); err != nil {
		l.t.Logf("lab %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}
