package main

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
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
	if w.client.token == "" && w.client.login() != nil {
		w.client.close() // throttled, or the session service has been set to something odd: the requests of strangers count, too
	}
	op := w.service.operations[w.rand.IntN(len(w.service.operations))]
	r, strange := w.compose(op)
	began := time.Now()
	a, err := w.client.send(r, 2*tooLong)
	if err != nil {
		w.unanswered(op, r, strange, err, time.Since(began))
		return
	}
	if a.status == http.StatusUnauthorized {
		w.client.token = "" // perhaps another request has ended our session
	}
	w.report.answered(op, r, a, w.wrong(r, a))
}

// wrong says what no client may get.
func (w *worker) wrong(r request, a answer) string {
	switch {
	case a.took > tooLong:
		return "hangs"
	case a.status >= 500 && a.status != http.StatusNotImplemented && a.status != http.StatusServiceUnavailable:
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
