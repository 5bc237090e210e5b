package redfish

import "github.com/projectbeskar/hawkfish/schemas"

// NotFound answers a request for a path that nothing serves.
func NotFound(req *Request) Reply { return Reply{Status: 404} }

// MethodNotAllowed answers a request whose path has only the methods in allow.
func MethodNotAllowed(allow []string) Reply { return Reply{Status: 405} }

// Refuse answers with messages; the first one's status is the reply's.
func Refuse(msgs ...schemas.Message) Reply { return Reply{Status: msgs[0].Status} }

// Failure answers with what went wrong (hawkfish.Faults).
func Failure(err error) Reply { return Reply{Status: 500} }
