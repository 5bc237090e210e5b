// Package hold stops a process at a named point of its work, so that a test
// can kill something just there. A test arms a point by a file, waits until
// some process holds there, kills what it likes, and releases the point:
//
//	arm/<point>      the test wants the next process that comes by to stop
//	held/<point>     a process has stopped; the file holds its process ID
//	release/<point>  the process may go on
//
// A point may be narrowed to one subject, such as the system that the step works on: power.Stop@demo.
//
// An arm holds once: what runs the same step again after a kill passes.
// Only development builds contain hold points. The package does not know what
// the steps do.
package hold

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// EnvDir names the environment variable that holds the folder of the points.
const EnvDir = "HAWKFISH_HOLD"

// Point is a place to stop at.
type Point string

// Before is the moment a step is about to begin, and After the one when it is
// done but nobody has been told. A step is an activity, by its name, such as
// "power.SetPower", or the start of a workflow: see Starting.
func Before(step string) Point { return Point("before:" + step) }
func After(step string) Point  { return Point("after:" + step) }

// Of narrows a point to one subject, so that the same step can be held for many of them at once.
func (p Point) Of(subject string) Point { return Point(string(p) + "@" + subject) }

// Starting names the step in which a client starts a workflow, such as "start:system.Reset", and Signalling the one in
// which it sends a signal.
func Starting(workflow string) string { return "start:" + workflow }
func Signalling(signal string) string { return "signal:" + signal }

// file is the point's name as a file's.
func (p Point) file() string { return strings.ReplaceAll(string(p), string(filepath.Separator), "_") }

// interval is how often files are looked for.
const interval = 5 * time.Millisecond

// Dir is the folder of the points, shared by a test and the processes it tests.
type Dir string

const (
	armed    = "arm"
	claimed  = "claimed" // by one process, that has not yet written its ID
	held     = "held"
	released = "release"
	left     = "left" // the step's context ended while it was held
)

// NewDir makes the folder.
func NewDir(path string) (Dir, error) {
	for _, sub := range []string{armed, claimed, held, released, left} {
		if err := os.MkdirAll(filepath.Join(path, sub), 0o777); err != nil {
			return "", err
		}
	}
	return Dir(path), nil
}

// Arm makes the next process that comes to the point stop there.
func (d Dir) Arm(p Point) error {
	for _, sub := range []string{held, released, left} { // of an earlier arm
		if err := os.Remove(d.path(sub, p)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.WriteFile(d.path(armed, p), nil, 0o666)
}

// Disarm takes an arm back that no process has come to.
func (d Dir) Disarm(p Point) error {
	err := os.Remove(d.path(armed, p))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// AwaitHeld waits until a process holds at the point, and returns its process ID.
func (d Dir) AwaitHeld(ctx context.Context, p Point) (pid int, err error) {
	text, err := await(ctx, d.path(held, p))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

// Release lets the process that holds at the point go on.
func (d Dir) Release(p Point) error { return os.WriteFile(d.path(released, p), nil, 0o666) }

// Reach is called by the process at each of its points. It returns at once
// unless the point is armed; then it returns when the point is released, or
// with ctx's error.
func (d Dir) Reach(ctx context.Context, p Point) error {
	pid := strconv.Itoa(os.Getpid())
	mine := d.path(claimed, p) + "." + pid
	if err := os.Rename(d.path(armed, p), mine); err != nil {
		return nil // not armed, or another process was first
	}
	if err := os.WriteFile(mine, []byte(pid), 0o666); err != nil {
		return err
	}
	if err := os.Rename(mine, d.path(held, p)); err != nil {
		return err
	}
	_, err := await(ctx, d.path(released, p))
	if err != nil {
		_ = os.WriteFile(d.path(left, p), nil, 0o666) // for Holds
	}
	return err
}

// Holds reports whether a process holds at the point: it has not been released, nor has its step run out of
// time. One that has been killed there counts.
func (d Dir) Holds(p Point) bool {
	return exists(d.path(held, p)) && !exists(d.path(released, p)) && !exists(d.path(left, p))
}

// Reached reports whether a process has come to the point since it was armed.
func (d Dir) Reached(p Point) bool { return exists(d.path(held, p)) }

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func (d Dir) path(sub string, p Point) string { return filepath.Join(string(d), sub, p.file()) }

func await(ctx context.Context, file string) ([]byte, error) {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		text, err := os.ReadFile(file)
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
	}
}
