package stack

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is one of the stack's, which runs, or does not.
type process struct {
	name    string
	program string
	args    []string
	env     []string
	log     string // file; a later run writes behind an earlier one
	ready   readiness

	mu  sync.Mutex
	run *run
}

// run is one life of a process.
type run struct {
	process *os.Process
	began   time.Time
	said    chan struct{} // closed when it has said that it is ready
	done    chan struct{} // closed when it has ended
}

var errNotRunning = errors.New("it does not run")

// readyLine begins the line by which hawkfish-dev says that a part is ready.
const readyLine = "ready"

// start starts the process. The kernel kills it when the test process dies; that signal is bound to
// the thread that forked, so the thread is kept for the process's whole life.
func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run != nil && !p.run.ended() {
		return fmt.Errorf("%s runs already", p.name)
	}
	r := &run{began: time.Now(), said: make(chan struct{}), done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer close(r.done)
		p.live(r, started)
	}()
	if err := <-started; err != nil {
		return err
	}
	p.run = r
	return nil
}

func (p *process) live(r *run, started chan<- error) {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		started <- err
		return
	}
	defer log.Close()
	cmd := exec.Command(p.program, p.args...)
	cmd.Env, cmd.Dir = p.env, filepath.Dir(p.log)
	cmd.Stderr = log
	cmd.SysProcAttr = childAttr()
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		started <- err
		return
	}
	r.process = cmd.Process
	started <- nil
	follow(out, log, r.said)
	_ = cmd.Wait() // most are killed
}

// follow copies what a process says, and closes said at its first ready line.
func follow(out io.Reader, log io.Writer, said chan struct{}) {
	var once sync.Once
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(log, lines.Text())
		if strings.HasPrefix(lines.Text(), readyLine) {
			once.Do(func() { close(said) })
		}
	}
	_, _ = io.Copy(log, out) // after a line too long to scan
}

func (r *run) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// current is the run that goes on, or nil.
func (p *process) current() *run {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.run == nil || p.run.ended() {
		return nil
	}
	return p.run
}

func (p *process) pid() int {
	if r := p.current(); r != nil {
		return r.process.Pid
	}
	return 0
}

func (p *process) kill() {
	if r := p.current(); r != nil {
		_ = r.process.Kill() // fails only when it has ended
		<-r.done
	}
}

// stopWithin is how long a clean stop may take.
const stopWithin = 30 * time.Second

func (p *process) stop() error {
	r := p.current()
	if r == nil {
		return errNotRunning
	}
	_ = r.process.Signal(syscall.SIGTERM)
	select {
	case <-r.done:
		return nil
	case <-time.After(stopWithin):
		return fmt.Errorf("did not stop in %v", stopWithin)
	}
}
