package durable

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/keyring"
)

// ring holds keys of these ids; the first encrypts.
func ring(t *testing.T, ids ...string) *keyring.Ring {
	t.Helper()
	entries := make([]string, len(ids))
	for i, id := range ids {
		entries[i] = id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte(id[:1]), keyring.KeyBytes))
	}
	keys, err := keyring.Parse(strings.Join(entries, ","))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestPayloadsAreEncrypted(t *testing.T) {
	t.Parallel()
	in := hawkfish.ImageSource{URL: "https://user:hunter2@images/tiny.img"}
	sent, err := newPayloads(ring(t, "a")).ToPayloads(in, "hunter2")
	if err != nil {
		t.Fatal(err)
	}
	wire, _ := proto.Marshal(sent)
	if bytes.Contains(wire, []byte("hunter2")) || !bytes.Contains(wire, []byte("encryption-key-id")) {
		t.Errorf("%q", wire)
	}
	for name, keys := range map[string]*keyring.Ring{"the same": ring(t, "a"), "rotated": ring(t, "b", "a")} {
		var out hawkfish.ImageSource
		var word string
		if err := newPayloads(keys).FromPayloads(sent, &out, &word); err != nil || out != in || word != "hunter2" {
			t.Errorf("%s: %+v %q %v", name, out, word, err)
		}
	}
}

// What was written without keys is read with them, and stays readable while there are none.
func TestPayloadsWithoutKeys(t *testing.T) {
	t.Parallel()
	sent, err := newPayloads(nil).ToPayloads("open")
	if err != nil || !strings.Contains(string(sent.GetPayloads()[0].GetData()), "open") {
		t.Fatalf("%v %v", sent, err)
	}
	var word string
	if err := newPayloads(ring(t, "a")).FromPayloads(sent, &word); err != nil || word != "open" {
		t.Errorf("%q %v", word, err)
	}
}

func TestAnUnknownKeyIsNamed(t *testing.T) {
	t.Parallel()
	sent, err := newPayloads(ring(t, "a")).ToPayload("hunter2")
	if err != nil {
		t.Fatal(err)
	}
	for _, keys := range []*keyring.Ring{nil, ring(t, "b")} {
		var word string
		err := newPayloads(keys).FromPayload(sent, &word)
		unknown, ok := errors.AsType[*keyring.UnknownKeyError](err)
		if !ok || unknown.ID != "a" {
			t.Errorf("%v", err)
		}
		func() {
			defer func() {
				if said, _ := recover().(error); said == nil || said.Error() != err.Error() {
					t.Errorf("a workflow goes on: %v", said)
				}
			}()
			_ = newPayloads(keys).WithWorkflowContext(nil).FromPayload(sent, &word)
		}()
	}
}

// The message of a failure may quote what the caller sent; its details are the faults.
func TestFailuresAreEncrypted(t *testing.T) {
	t.Parallel()
	sent := toTemporal(t.Context(), &hawkfish.Error{Kind: hawkfish.Conflict, ID: "x", Message: "hunter2", Err: errors.New("hunter2, too")})
	for _, keys := range []*keyring.Ring{ring(t, "a"), nil} {
		converter := newPayloads(keys).failures(keys)
		failure := converter.ErrorToFailure(sent)
		wire, _ := proto.Marshal(failure)
		if bytes.Contains(wire, []byte("hunter2")) == keys.Encrypts() {
			t.Errorf("%q", wire)
		}
		got := converter.FailureToError(failure)
		if app, ok := errors.AsType[*temporal.ApplicationError](got); !ok || !app.NonRetryable() || app.Type() != string(hawkfish.Conflict) {
			t.Errorf("%+v", got)
		}
		if faults := hawkfish.Faults(fromTemporal("step", got)); len(faults) != 1 || faults[0].Message != "hunter2" {
			t.Errorf("%+v", faults)
		}
	}
}
