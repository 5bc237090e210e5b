package redfish

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Result is what an operation has led to. The kit makes the Reply from it.
type Result struct {
	status      int
	show        string // name of the resource that renders the state; "": the one operated on
	state       any    // nil: nothing to render
	monitor     string // name of the Endpoint that watches the state
	watch       string // key of the monitor; "": the state's
	header      Header
	body        []byte
	contentType string
	notes       []schemas.Message
}

// Noting adds messages to the body of a success (DSP0266, "Extended information").
func (r Result) Noting(notes ...schemas.Message) Result {
	r.notes = append(slices.Clip(r.notes), notes...)
	return r
}

// noted returns a JSON object with messages at its root.
func noted(body []byte, notes []schemas.Message) []byte {
	if len(notes) == 0 {
		return body
	}
	infos := make([]Info, len(notes))
	for i, m := range notes {
		infos[i] = NewInfo(m)
	}
	open := bytes.TrimSuffix(bytes.TrimSpace(body), []byte("}"))
	return slices.Concat(open, []byte(`,"@Message.ExtendedInfo":`), encode(infos), []byte("}"))
}

// Found answers 200 with a state, rendered by the resource of a name.
func Found(name string, state any) Result {
	return Result{status: http.StatusOK, show: name, state: state}
}

// Created answers 201 with a state, its Location, and more header lines.
func Created(name string, state any, header ...Field) Result {
	return Result{status: http.StatusCreated, show: name, state: state, header: header}
}

// Accepted answers 202 with a task. Location is the URI of the declaration
// named monitor, which has the same key as the task.
func Accepted(name string, task any, monitor string) Result {
	return Result{status: http.StatusAccepted, show: name, state: task, monitor: monitor}
}

// WatchedAs says by which key an Accepted task's monitor knows it, where that is another than the task's own.
func (r Result) WatchedAs(key string) Result {
	r.watch = key
	return r
}

// Done answers 204: it has been done, and there is nothing to show.
func Done() Result { return Result{status: http.StatusNoContent} }

// Document answers 200 with a body of its own. An empty contentType is application/json.
func Document(contentType string, body []byte) Result {
	return Result{status: http.StatusOK, contentType: contentType, body: body}
}

// With adds header lines to the reply.
func (r Result) With(header ...Field) Result {
	r.header = r.header.with(header...)
	return r
}

// retryAfter is how many seconds a caller should wait before looking at a task again.
var retryAfter = Field{"Retry-After", "1"}

// answer makes the reply of a result; own is the resource operated on.
func (s *Service) answer(own *bound, res Result) (Reply, error) {
	if res.state == nil {
		return Reply{Status: res.status, Header: own.header.with(res.header...), Body: res.body, ContentType: res.contentType}, nil
	}
	b := own
	if res.show != "" {
		b = s.tree.byName[res.show]
	}
	if b == nil {
		return Reply{}, fmt.Errorf("a result shows %s, which is not declared", res.show)
	}
	shown, err := b.present(res.state)
	if err != nil {
		return Reply{}, err
	}
	reply := Reply{Status: res.status, Header: own.header.with(res.header...), Body: noted(shown.body, res.notes), ETag: shown.etag}
	switch res.status {
	case http.StatusCreated:
		reply.Header = reply.Header.with(Field{"Location", b.uri(res.state)})
	case http.StatusAccepted:
		reply.Task = cmp.Or(res.watch, b.key(res.state))
		reply.watched = &watched{b, s.tree.byName[res.monitor], reply.Task}
		reply.ETag = "" // of the task, not of what was asked for
		reply.Header = reply.Header.with(Field{"Location", b.links.URI(res.monitor, reply.Task)}, retryAfter)
	}
	return reply, nil
}
