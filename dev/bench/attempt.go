package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// attempt is a testing.TB outside of go test, for the packages that start processes and
// labs for tests. Embedding the interface is what lets another type be one; all that is
// called is implemented here.
type attempt struct {
	testing.TB
	name     string
	ctx      context.Context
	log      io.Writer
	cleanups []func()
	failures []string
	skipped  string
	ended    bool // by Skip
}

// Attempt runs do, which may end itself by Skip or Fatal, and then what it has left to Cleanup. It
// returns why do was skipped, or how it failed.
func Attempt(ctx context.Context, name string, log io.Writer, do func(testing.TB)) (skipped string, err error) {
	ctx, cancel := context.WithCancel(ctx)
	a := &attempt{name: name, ctx: ctx, log: log}
	a.await(func() { do(a) })
	cancel()
	for len(a.cleanups) > 0 {
		last := len(a.cleanups) - 1
		cleanup := a.cleanups[last]
		a.cleanups = slices.Delete(a.cleanups, last, last+1)
		a.await(cleanup)
	}
	if a.Failed() {
		return "", errors.New(strings.Join(a.failures, "\n"))
	}
	return a.skipped, nil
}

// await runs a function on a goroutine of its own, which it may end.
func (a *attempt) await(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}

func (a *attempt) Name() string             { return a.name }
func (a *attempt) Helper()                  {}
func (a *attempt) Context() context.Context { return a.ctx }
func (a *attempt) Cleanup(do func())        { a.cleanups = append(a.cleanups, do) }

func (a *attempt) Log(args ...any)                 { fmt.Fprintln(a.log, args...) }
func (a *attempt) Logf(format string, args ...any) { fmt.Fprintf(a.log, format+"\n", args...) }

func (a *attempt) Failed() bool                      { return len(a.failures) > 0 }
func (a *attempt) Fail()                             { a.failures = append(a.failures, "failed") }
func (a *attempt) Error(args ...any)                 { a.failures = append(a.failures, fmt.Sprint(args...)) }
func (a *attempt) Errorf(format string, args ...any) { a.Error(fmt.Sprintf(format, args...)) }
func (a *attempt) Fatal(args ...any)                 { a.Error(args...); runtime.Goexit() }
func (a *attempt) Fatalf(format string, args ...any) { a.Errorf(format, args...); runtime.Goexit() }
func (a *attempt) FailNow() {
	if !a.Failed() {
		a.Fail()
	}
	runtime.Goexit()
}

func (a *attempt) Skipped() bool                    { return a.ended }
func (a *attempt) Skip(args ...any)                 { a.skipped = fmt.Sprint(args...); a.SkipNow() }
func (a *attempt) Skipf(format string, args ...any) { a.Skip(fmt.Sprintf(format, args...)) }
func (a *attempt) SkipNow()                         { a.ended = true; runtime.Goexit() }

func (a *attempt) TempDir() string {
	dir, err := os.MkdirTemp("", "hawkfish-bench-")
	if err != nil {
		a.Fatal(err)
	}
	a.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}
