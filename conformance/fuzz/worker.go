package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// tooLong is when a request counts as hanging.
const tooLong = 5 * time.Second

// worker sends requests over one connection, one after the other.
type worker struct {
	options
	service *service
	report  *report
	rand    *rand.Rand
	client  *client
	login   *shared
	number  int
	sent    int
	spent   string // the token that was refused last
}

// shared is the session of all workers: each its own would mostly measure how fast passwords are checked.
type shared struct {
	mu    sync.Mutex
	token string
	own   string // the URI of the session
	tried time.Time
}

// retryLogin is how often a new session is tried: the run ends its own from time to time.
const retryLogin = time.Second

// is reports whether a URI is the session's, by whichever of its names.
func (s *shared) is(uri string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.own != "" && path.Base(uri) == path.Base(s.own)
}

// get returns the session's token, or that of a new one when it is worth nothing any more.
func (s *shared) get(o options, spent string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if (s.token == "" || s.token == spent) && time.Since(s.tried) > retryLogin {
		s.tried = time.Now()
		c := &client{options: o}
		defer c.close()
		if c.login() == nil {
			s.token, s.own = c.token, c.own
		}
	}
	return s.token
}

func (w *worker) close() {
	if w.client != nil {
		w.client.close()
	}
}

// once makes up a request, sends it and judges the answer.
func (w *worker) once() {
	if w.client == nil {
		w.client = &client{options: w.options}
	}
	w.client.token = w.login.get(w.options, w.spent)
	op := w.operation()
	r, strange := w.compose(op)
	w.sent++
	id := fmt.Sprintf("%s%d-%d", ours, w.number, w.sent)
	if !strange {
		r.headers = append(r.headers, [2]string{"X-Request-Id", id})
	}
	began := time.Now()
	a, err := w.client.send(r, 2*tooLong)
	if err != nil {
		w.unanswered(op, r, strange, err, time.Since(began))
		return
	}
	if a.status == http.StatusUnauthorized {
		w.spent = w.client.token // perhaps another request has ended the session
	}
	if a.status < 300 && w.rand.IntN(4) == 0 {
		w.service.learn(a, w.rand)
	}
	wrong := w.wrong(r, a)
	if got := a.header.Get("X-Request-Id"); strings.HasPrefix(got, ours) && got != id {
		wrong = "answers another request"
		w.client.close()
	}
	w.report.answered(op, r, a, wrong)
}

// ours begins the ids of our requests.
const ours = "fuzz-"

// operation picks one. Logins are rarer than others: while passwords are checked, a few at once, all else waits.
func (w *worker) operation() *operation {
	for {
		op := w.service.operations[w.rand.IntN(len(w.service.operations))]
		if op.method != http.MethodPost || !strings.Contains(op.template, "/Sessions") || w.rand.IntN(10) == 0 {
			return op
		}
	}
}

// honest are the 5xx that DSP0266 asks for: what there is not (a method, a query parameter), what is
// down for now, and an answer that would be too large.
var honest = []int{http.StatusNotImplemented, http.StatusServiceUnavailable, http.StatusInsufficientStorage}

// wrong says what no client may get.
func (w *worker) wrong(r request, a answer) string {
	switch {
	case a.took > tooLong:
		return "hangs"
	case a.status >= 500 && !slices.Contains(honest, a.status):
		return "fails"
	case a.status >= 400 && r.method != http.MethodHead && !isError(a.body):
		return "says no Redfish error"
	}
	return ""
}

// isError reports whether a body is an error response (DSP0266, "Error responses").
func isError(body []byte) bool {
	var said struct {
		Error *struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	return json.Unmarshal(body, &said) == nil && said.Error != nil && said.Error.Code != "" && said.Error.Message != ""
}

// unanswered judges a connection that ended without an answer: only what is no HTTP may see that.
func (w *worker) unanswered(op *operation, r request, strange bool, err error, took time.Duration) {
	kind := "ends the connection"
	if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
		kind, strange = "hangs", false
	}
	if strange {
		kind = ""
	}
	w.report.silent(op, r, err, took, kind)
}
