package redfish

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Rejected is a request refused with messages of a registry.
type Rejected []schemas.Message

func (r Rejected) Error() string { return "rejected: " + r[0].ID }

// Info is a message as callers see it (DSP0268, Message).
type Info struct {
	Type       string         `json:"@odata.type"`
	MessageID  string         `json:"MessageId"`
	Message    string         `json:"Message"`
	Args       []string       `json:"MessageArgs,omitempty"`
	Severity   schemas.Health `json:"MessageSeverity"`
	Resolution string         `json:"Resolution"`
	Related    []string       `json:"RelatedProperties,omitempty"` // JSON pointers
}

// NewInfo returns a message as callers see it.
func NewInfo(m schemas.Message) Info {
	info := Info{Type: schemas.TypeMessage, MessageID: m.ID, Message: m.Text, Args: m.Args, Severity: m.Severity, Resolution: m.Resolution}
	if m.Property != "" {
		info.Related = []string{"#" + m.Property}
	}
	return info
}

// errorBody is the only form in which errors are told (DSP0266, "Error responses").
type errorBody struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Info    []Info `json:"@Message.ExtendedInfo"`
	} `json:"error"`
}

// Refuse answers with messages; the status is that of the gravest.
func Refuse(msgs ...schemas.Message) Reply {
	var body errorBody
	reply := Reply{Status: msgs[0].Status}
	for _, m := range msgs {
		body.Error.Info = append(body.Error.Info, NewInfo(m))
		if m.Status/100 > reply.Status/100 {
			reply.Status = m.Status
		}
	}
	top := msgs[0]
	if len(msgs) > 1 {
		top = schemas.GeneralError()
	}
	body.Error.Code, body.Error.Message = top.ID, top.Text
	reply.Body, reply.Header = encode(body), headers[reply.Status]
	return reply
}

// headers are the header lines that a status brings along.
var headers = map[int]Header{
	http.StatusUnauthorized:       {{"WWW-Authenticate", `Basic realm="HawkFish"`}},
	http.StatusTooManyRequests:    {{"Retry-After", "1"}},
	http.StatusServiceUnavailable: {{"Retry-After", retryDown}},
}

// retryDown is how many seconds a caller should wait when a dependency is down.
const retryDown = "5"

// Failure answers with what went wrong: messages of a registry, or the faults
// of the fleet (hawkfish.Faults). Causes stay inside.
func Failure(err error) Reply {
	if r, ok := errors.AsType[Rejected](err); ok {
		return Refuse(r...)
	}
	return Refuse(Explain(err)...)
}

// NotFound answers a request for a path that nothing serves.
func NotFound(req *Request) Reply { return Refuse(schemas.ResourceMissingAtURI(clip(req.Path))) }

// MethodNotAllowed answers a request whose path has only the methods in allow.
func MethodNotAllowed(allow []string) Reply {
	reply := Refuse(schemas.OperationNotAllowed())
	reply.Status = http.StatusMethodNotAllowed
	reply.Header = reply.Header.with(Field{"Allow", strings.Join(allow, ", ")})
	return reply
}

// encode returns JSON without HTML escapes. v is one of the kit's own types, which always encode.
func encode(v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}
