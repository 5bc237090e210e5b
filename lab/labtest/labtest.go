// Package labtest gives Go tests the lab: real libvirt hosts on this machine,
// which a test may crash, freeze and unplug. It knows lab.sh and nothing of
// what is tested.
//
// Every test package has a lab of its own unless LAB_DIR names one. A lab that
// is up is used again; [Main] takes down at the end what the package has made.
package labtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// Lab is a running lab, as one test sees it.
type Lab struct {
	Dir   string // LAB_DIR
	Hosts []Host // h1 first

	t      testing.TB
	script string
}

// Require names the environment variable that, when it is 1, makes [Up] fail
// instead of skip where the lab cannot be had.
const Require = "HAWKFISH_REQUIRE_LAB"

// patience bounds every command but the first "up", which may install packages.
const patience = 2 * time.Minute

// Up brings up a lab of at least n hosts, or skips the test with the reason
// why it cannot. What the test breaks is mended when it ends.
func Up(t testing.TB, n int) *Lab {
	t.Helper()
	script, reason := available()
	if reason != "" {
		if os.Getenv(Require) == "1" {
			t.Fatalf("the lab cannot be had: %s", reason)
		}
		t.Skipf("the lab cannot be had: %s", reason)
	}
	l := &Lab{Dir: os.Getenv("LAB_DIR"), t: t, script: script}
	if l.Dir == "" {
		l.Dir = ownDir()
	}
	if err := take(l); err != nil {
		t.Fatal(err)
	}
	if out, err := l.command(10*time.Minute, "up", fmt.Sprint(n)); err != nil {
		t.Fatalf("lab up: %v\n%s", err, out)
	}
	for i := range n {
		name := fmt.Sprintf("h%d", i+1)
		env := l.environment()
		l.Hosts = append(l.Hosts, Host{
			Name:   name,
			Socket: env["LAB_"+strings.ToUpper(name)+"_SOCK"],
			Addr:   env["LAB_"+strings.ToUpper(name)+"_ADDR"],
			lab:    l,
		})
	}
	return l
}

// available finds lab.sh, or says why there can be no lab.
func available() (script, reason string) {
	if runtime.GOOS != "linux" {
		return "", "it needs Linux namespaces, and this is " + runtime.GOOS
	}
	if os.Geteuid() != 0 {
		return "", "it needs root"
	}
	script, err := findAbove("lab/lab.sh")
	if err != nil {
		return "", err.Error()
	}
	// What the machine forbids shows here in milliseconds, and not as a host that does not boot.
	probe := exec.Command("unshare", "--net", "--mount", "--pid", "--fork", "mount", "-t", "proc", "proc", "/proc")
	if out, err := probe.CombinedOutput(); err != nil {
		return "", fmt.Sprintf("namespaces cannot be made here: %v %s", err, out)
	}
	return script, ""
}

// findAbove returns the path of one of the project's files, seen from the test's folder.
func findAbove(name string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); err == nil {
			return path, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no %s above the test's folder", name)
		}
	}
}

// ownDir is the folder of the lab that belongs to the test package in the working folder.
func ownDir() string {
	dir, _ := os.Getwd()
	sum := sha256.Sum256([]byte(dir))
	return fmt.Sprintf("/var/tmp/hawkfish-lab-%x", sum[:3])
}

// made holds the labs that this process has taken, so that Main can end those it has made.
var made struct {
	sync.Mutex
	locks map[string]*os.File
	ours  []*Lab
}

// take waits until no other process uses the lab, and keeps it for this one until it exits.
func take(l *Lab) error {
	made.Lock()
	defer made.Unlock()
	if made.locks[l.Dir] != nil {
		return nil
	}
	f, err := lockFile(l.Dir+".lock", 10*time.Minute)
	if err != nil {
		return fmt.Errorf("the lab in %s is in use: %w", l.Dir, err)
	}
	if made.locks == nil {
		made.locks = map[string]*os.File{}
	}
	made.locks[l.Dir] = f
	if _, err := os.Stat(filepath.Join(l.Dir, "settings")); err != nil {
		made.ours = append(made.ours, l)
	}
	return nil
}

// Main runs a package's tests and takes down the labs that they have made:
//
//	func TestMain(m *testing.M) { os.Exit(labtest.Main(m)) }
//
// HAWKFISH_KEEP_LAB=1 leaves them up, which makes the next run start faster.
func Main(m *testing.M) int {
	code := m.Run()
	if err := Down(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	return code
}

// Down takes down the labs that this process has made, for programs that are no test.
func Down() error {
	made.Lock()
	defer made.Unlock()
	if os.Getenv("HAWKFISH_KEEP_LAB") == "1" {
		return nil
	}
	var errs []error
	for _, l := range made.ours {
		if out, err := l.command(patience, "down"); err != nil {
			errs = append(errs, fmt.Errorf("lab down: %w\n%s", err, out))
		}
	}
	made.ours = nil
	return errors.Join(errs...)
}

// command runs lab.sh for this lab.
func (l *Lab) command(limit time.Duration, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, l.script, args...)
	tag := "hf" + strings.TrimPrefix(filepath.Base(l.Dir), "hawkfish-lab")
	cmd.Env = append([]string{"LAB_TAG=" + tag}, os.Environ()...) // a LAB_TAG of the caller's wins
	cmd.Env = append(cmd.Env, "LAB_DIR="+l.Dir)
	// What a host's first process inherits must not keep us waiting for its end.
	out, err := os.CreateTemp("", "lab-*.log")
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close(); _ = os.Remove(out.Name()) }()
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	text, _ := os.ReadFile(out.Name())
	return text, err
}

// environment reads what "up" has written for tests.
func (l *Lab) environment() map[string]string {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.Dir, "env"))
	if err != nil {
		l.t.Fatal(err)
	}
	env := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			env[name] = strings.Trim(value, `"`)
		}
	}
	return env
}
