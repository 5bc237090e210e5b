package main

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// value makes one that a schema allows, most of the time.
func (w *worker) value(s *schema) any {
	if s == nil {
		return w.text()
	}
	if len(s.Enum) > 0 {
		return s.Enum[w.rand.IntN(len(s.Enum))]
	}
	if s.Const != nil {
		return s.Const
	}
	switch kindOf(s.Type) {
	case "object":
		made := map[string]any{}
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			if slices.Contains(s.Required, name) || w.rand.IntN(2) == 0 {
				made[name] = w.value(s.Properties[name])
				if fit := fitting[name]; fit != nil && w.rand.IntN(4) > 0 {
					made[name] = w.pick(fit)
				}
			}
		}
		return made
	case "array":
		made := make([]any, w.rand.IntN(4))
		for i := range made {
			made[i] = w.value(s.Items)
		}
		return made
	case "integer", "number":
		low, high := 0.0, 1000.0
		if s.Minimum != nil {
			low = *s.Minimum
		}
		if s.Maximum != nil {
			high = *s.Maximum
		}
		return math.Floor(low + w.rand.Float64()*math.Max(0, math.Min(high-low, 4)))
	case "boolean":
		return w.rand.IntN(2) == 0
	case "null":
		return nil
	}
	text := w.text()
	for len(text) < s.MinLength {
		text += "x"
	}
	if s.MaxLength > 0 && len(text) > s.MaxLength {
		text = text[:s.MaxLength]
	}
	return text
}

// kindOf returns the first type that is not null.
func kindOf(t any) string {
	switch t := t.(type) {
	case string:
		return t
	case []any:
		for _, one := range t {
			if name, ok := one.(string); ok && name != "null" {
				return name
			}
		}
	}
	return "string"
}

// bend makes one place of a value wrong.
func (w *worker) bend(value any) any {
	switch v := value.(type) {
	case map[string]any:
		names := slices.Sorted(maps.Keys(v))
		if len(names) == 0 || w.rand.IntN(4) == 0 {
			v[w.pick([]string{"Bogus", "name", "", "@odata.id", "@odata.etag", "Id", "Oem", "Status", w.text()})] = w.oddity()
			return v
		}
		name := names[w.rand.IntN(len(names))]
		switch w.rand.IntN(4) {
		case 0:
			delete(v, name)
		default:
			v[name] = w.bend(v[name])
		}
		return v
	case []any:
		if len(v) > 0 && w.rand.IntN(2) == 0 {
			i := w.rand.IntN(len(v))
			v[i] = w.bend(v[i])
			return v
		}
		return append(v, w.oddity())
	}
	return w.oddity()
}

func (w *worker) oddity() any {
	return []any{
		nil, true, -1, 0, 1.5, math.MaxInt64, -math.MaxFloat64, 1e-320, "", w.text(), []any{}, map[string]any{}, []any{nil}, map[string]any{"@odata.id": w.text()},
		strings.Repeat("x", 5000), []any{map[string]any{"a": []any{}}}, "2026-13-45T99:99:99Z",
	}[w.rand.IntN(17)]
}

// texts are strings that mean something somewhere.
var texts = []string{
	"", "admin", "Administrator", "Operator", "web1", "db1", "tiny:1", "lab", "default", "none", "On", "ForceOff", "nosuch", "00000000-0000-4000-8000-000000000000",
	"/redfish/v1/Systems", "file:///etc/passwd", "http://169.254.169.254/", "https://[::1", "../../../../etc/passwd", "%00", "%2e%2e%2f", "a\x00b", "a\r\nX-Evil: 1",
	"'; DROP TABLE systems; --", "' OR '1'='1", "{{7*7}}", "${jndi:ldap://x}", "<script>alert(1)</script>", "日本語", "é", "\u202e", "😀", "\ufeff", "\ufffd", "NaN", "null", "true",
	"-1", "0", "9223372036854775808", "1e400", " ", "\t", "a b", "-", "_", ".", "..", "*", "$", "hUPgd9Z4kTw", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
}

// fitting are values of properties that a schema cannot tell, so that some requests succeed.
var fitting = map[string][]string{
	"UserName": {"ada", "grace", "fuzz1", "fuzz2", "fuzz3", "fuzz4"}, "User": {"ada", "grace", "fuzz1"}, "Password": {"hUPgd9Z4kTw"}, "RoleId": {"Operator", "ReadOnly", "Auditor"},
	"Name": {"fuzz-a", "fuzz-b", "fuzz-c", "fuzz-d"}, "Version": {"1", "2"}, "Image": {"tiny:1"}, "Network": {"none", "default"}, "URL": {"https://198.51.100.1/x.img"}, "SHA256": {strings.Repeat("ab", 32)},
	"Project": {"lab"}, "CommonName": {"bmc.example"}, "Country": {"DE"}, "KeyPairAlgorithm": {"TPM_ALG_ECDSA", "TPM_ALG_RSA"},
}

// text returns one of them, or a new name.
func (w *worker) text() string {
	if w.rand.IntN(3) > 0 {
		return w.pick(texts)
	}
	letters := make([]byte, 1+w.rand.IntN(12))
	for i := range letters {
		letters[i] = "abcdefghijklmnopqrstuvwxyz0123456789-"[w.rand.IntN(36)]
	}
	return string(letters)
}

func (w *worker) pick(from []string) string { return from[w.rand.IntN(len(from))] }

// noise is bytes of any kind but those that end a line: a second request would begin there.
func (w *worker) noise(n int) string {
	b := make([]byte, 1+w.rand.IntN(n))
	for i := range b {
		for b[i] = byte(w.rand.IntN(256)); b[i] == '\r' || b[i] == '\n'; b[i]++ {
		}
	}
	return string(b)
}
