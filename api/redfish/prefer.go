package redfish

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Preference is how a client wants to learn what becomes of a request that takes time (RFC 7240). Without one it gets a task
// at once (DSP0266, "Asynchronous operations").
type Preference struct {
	Async bool            // respond-async
	Wait  time.Duration   // wait: the operation's own answer, when it comes within this; 0: do not
	Hurry <-chan struct{} // closed when nobody is to be kept waiting any longer; nil: never
}

const (
	// maxWait is the longest that a request is kept waiting, whatever the client prefers.
	maxWait = 30 * time.Second
	// maxWaiting is how many requests are kept waiting at once; more get their task at once.
	maxWaiting = 1000
)

// ParsePreference reads the value of Prefer; nil: nothing in it is for us. What cannot be understood is left out (RFC 7240, section 2).
func ParsePreference(value string) *Preference {
	var p Preference
	waits := false
	for one := range strings.SplitSeq(value, ",") {
		one, _, _ = strings.Cut(one, ";")
		name, text, _ := strings.Cut(one, "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "respond-async":
			p.Async = true
		case "wait":
			seconds, err := strconv.ParseUint(strings.Trim(strings.TrimSpace(text), `"`), 10, 31)
			if err == nil && !waits { // the first counts
				waits, p.Wait = true, min(time.Duration(seconds)*time.Second, maxWait)
			}
		}
	}
	if p == (Preference{}) {
		return nil
	}
	return &p
}

// applied tells the client what came of its preference; answered: it got the operation's own answer.
func (p *Preference) applied(answered, waited bool) Field {
	var all []string
	if p.Async && !answered {
		all = append(all, "respond-async")
	}
	if waited {
		all = append(all, "wait="+strconv.Itoa(int(p.Wait/time.Second)))
	}
	return Field{"Preference-Applied", strings.Join(all, ", ")}
}

// watched is what an accepted request can wait for.
type watched struct {
	shown   *bound // the task
	monitor *bound
	key     string
}

// Waits reports whether a client's Preference makes a difference to the operation.
func (op *Operation) Waits() bool { return op.Method != http.MethodGet || op.of.await != nil }

// prefer gives a client that would rather wait the operation's own answer instead of a task, when it comes in time. The
// operation has been accepted, whatever happens here: what cannot be found out now is left to the task.
func (op *Operation) prefer(ctx context.Context, req *Request, accepted Reply) Reply {
	w, p := accepted.watched, req.Prefer
	cancels := op.Method == http.MethodDelete && (op.of == w.monitor || op.of == w.shown)
	wait := p.Wait > 0 && w.monitor.await != nil && !cancels
	if wait {
		select {
		case w.monitor.service.waiting <- struct{}{}:
			defer func() { <-w.monitor.service.waiting }()
		default:
			wait = false
		}
	}
	if !wait {
		if p.Async {
			accepted.Header = accepted.Header.with(p.applied(false, false))
		}
		return accepted
	}
	reply, ok := w.answer(ctx, req)
	if !ok {
		accepted.Header = accepted.Header.with(p.applied(false, true))
		return accepted
	}
	reply.Header, reply.Task = reply.Header.with(p.applied(true, true)), w.key
	return reply
}

// answer waits for the operation's own answer; false when there is none in time.
func (w *watched) answer(ctx context.Context, req *Request) (Reply, bool) {
	watch := Request{
		Method: http.MethodGet, Path: w.monitor.pattern.uri(w.key), Caller: req.Caller, RemoteAddr: req.RemoteAddr,
		Scheme: req.Scheme, Host: req.Host, ID: req.ID, needs: w.monitor.needs(http.MethodGet),
	}
	watch.SetVar(w.monitor.pattern.names[0], w.key)
	waiting, cancel := context.WithTimeout(ctx, req.Prefer.Wait)
	defer cancel()
	go func() {
		select {
		case <-req.Prefer.Hurry:
			cancel()
		case <-waiting.Done():
		}
	}()
	if w.monitor.await(waiting, &watch) != nil {
		return Reply{}, false
	}
	reply, err := w.monitor.read(ctx, &watch)
	switch {
	case err != nil && hawkfish.KindOf(err) == hawkfish.Unavailable:
		return Reply{}, false // of the database: what did not answer while the task went on is Internal by now
	case err != nil:
		return Failure(err), true
	}
	return reply, reply.Status != http.StatusAccepted
}
