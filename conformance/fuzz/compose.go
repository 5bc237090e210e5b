package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// compose makes a request of an operation. strange says that it may not be HTTP any more.
func (w *worker) compose(op *operation) (r request, strange bool) {
	r = request{method: op.method, uri: w.pick(op.uris)}
	if w.rand.IntN(2) == 0 {
		r.uri = w.service.fresh(op, w.rand, r.uri)
	}
	spared := w.service.spared[r.uri] || w.login.is(r.uri)
	if spared && op.method != http.MethodGet {
		r.uri += "-nosuch"
	}
	switch n := w.rand.IntN(100); {
	case n < 93:
		r.headers = w.client.authorized()
	case n < 94: // few: see operation
		r.headers = [][2]string{{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(w.text()+":"+w.text()))}}
	}
	if op.body != nil {
		r.body = w.bodyOf(op.body)
		r.chunked = w.rand.IntN(10) == 0
	}
	if op.body != nil || w.rand.IntN(20) == 0 {
		r.headers = append(r.headers, [2]string{"Content-Type", "application/json"})
	}
	if w.rand.IntN(4) == 0 || op.method == http.MethodGet && w.rand.IntN(2) == 0 {
		r.uri += "?" + w.query()
	}
	for range max(0, w.rand.IntN(5)-2) {
		r.headers = append(r.headers, w.header())
	}
	switch w.rand.IntN(40) {
	case 0:
		r.method = w.pick([]string{"HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW", "get", strings.Repeat("A", 300)})
		if r.method == "CONNECT" { // its answer has no body, whatever the status: what follows would be misread
			r.method = "LOCK"
		}
		if spared {
			r.method = "HEAD"
		}
	case 1:
		r.uri = w.pathLike(r.uri)
	case 2:
		r.headers = append(r.headers, [2]string{"X-" + w.noise(8), w.noise(40)})
		strange = true
	case 3:
		r.uri += w.noise(10)
		strange = true
	case 4:
		if r.body == nil {
			r.body = w.bodyOf(&schema{Type: "object"})
		}
	}
	return r, strange
}

// bodyOf makes a body for a schema: right, nearly right, or not even JSON.
func (w *worker) bodyOf(s *schema) []byte {
	value := w.value(s)
	for range max(0, w.rand.IntN(5)-2) {
		value = w.bend(value)
	}
	body, err := json.Marshal(value)
	if err != nil {
		return []byte("{")
	}
	switch w.rand.IntN(20) {
	case 0:
		return body[:w.rand.IntN(len(body)+1)]
	case 1:
		for range 1 + w.rand.IntN(4) {
			body[w.rand.IntN(len(body))] = byte(w.rand.IntN(256))
		}
	case 2:
		return []byte(w.pick(bodies))
	case 3: // a property twice
		return bytes.Replace(body, []byte("{"), []byte(`{"Name":1,"Name":{},`), 1)
	}
	return body
}

// bodies are those that parsers stumble over.
var bodies = []string{
	"", " ", "null", "true", "0", `""`, "[]", "{}", "{", "}", `{"`, `{"a`, `{"Name":}`, `{"Name":1e999}`, `{"Name":-0}`, `{"":""}`, "\xef\xbb\xbf{}",
	`{"Name":"\ud800"}`, "{\"Name\":\"\x00\"}", `{"Name":123456789012345678901234567890}`, `{"@odata.id":"x"}`, `{"@odata.etag":1,"@Redfish.X":[]}`,
	`{"Oem":{"HawkFish":null}}`, `{"Oem":[]}`, `{"Boot":{"Boot":{"Boot":{}}}}`, `{"__proto__":{}}`, "<xml/>", "a=b&c=d", `{"Name":"a"}{"Name":"b"}`, `{"Name":"a"} x`,
	strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 5_000), `{"Name":"` + strings.Repeat("a", 300_000) + `"}`, `[` + strings.Repeat("0,", 50_000) + `0]`,
}
