package keyring_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish/internal/keyring"
)

// entry is a key of one repeated byte.
func entry(id string, b byte) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, keyring.KeyBytes))
}

func parse(t testing.TB, entries ...string) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Parse(strings.Join(entries, ","))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func TestWhatIsSealedIsOpened(t *testing.T) {
	t.Parallel()
	secret := []byte("correct horse")
	before := parse(t, entry("k1", 1))
	id, sealed, err := before.Seal(secret, "payload")
	if err != nil || id != "k1" || bytes.Contains(sealed, secret) {
		t.Fatalf("%s %q %v", id, sealed, err)
	}
	if _, again, _ := before.Seal(secret, "payload"); bytes.Equal(sealed, again) {
		t.Error("the same data looks the same twice")
	}
	rotated := parse(t, entry("k2", 2), entry("k1", 1))
	if opened, err := rotated.Open(id, sealed, "payload"); err != nil || !bytes.Equal(opened, secret) {
		t.Errorf("after the rotation: %q %v", opened, err)
	}
	if id, _, _ := rotated.Seal(secret, "payload"); id != "k2" {
		t.Errorf("after the rotation %s encrypts", id)
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	ring := parse(t, entry("k1", 1))
	id, sealed, _ := ring.Seal([]byte("secret"), "payload")

	_, err := parse(t, entry("k2", 2), entry("k3", 3)).Open(id, sealed, "payload")
	unknown, ok := errors.AsType[*keyring.UnknownKeyError](err)
	if !ok || unknown.ID != "k1" || err.Error() != `encrypted with the key "k1", which is not configured here: there is k2, k3` {
		t.Errorf("an unknown key: %v", err)
	}
	if _, err := (*keyring.Ring)(nil).Open(id, sealed, "payload"); err == nil || !strings.HasSuffix(err.Error(), "there is none") {
		t.Errorf("no ring: %v", err)
	}
	if _, err := parse(t, entry("k1", 9)).Open(id, sealed, "payload"); err == nil || !strings.Contains(err.Error(), "another key that was called k1") {
		t.Errorf("another key of that name: %v", err)
	}
	if _, err := ring.Open(id, sealed, "other"); err == nil {
		t.Error("opened under another label")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := ring.Open(id, changed, "payload"); err == nil {
			t.Errorf("byte %d may change", i)
		}
		if _, err := ring.Open(id, sealed[:i], "payload"); err == nil {
			t.Errorf("may be cut off at %d", i)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	k1, k2 := entry("k1", 1), entry("k2", 2)
	for _, tt := range []struct {
		text, fault string
		encrypts    bool
	}{
		{text: ""},
		{text: " , \n"},
		{text: k1, encrypts: true},
		{text: "# since May\n" + k2 + "\n" + k1 + "\n", encrypts: true},
		{text: "off," + k1},
		{text: k1 + ",off", fault: "entry 2: the id off is taken"}, // it goes first
		{text: k1 + "," + k1, fault: "entry 2: the id k1 is taken"},
		{text: "k1:c2hvcnQ=", fault: "entry 1: the key k1 is not 32 bytes in base64"},
		{text: "k1:" + strings.Repeat("!", 44), fault: "entry 1: the key k1 is not 32 bytes in base64"},
		{text: strings.TrimPrefix(k1, "k1:"), fault: "entry 1: it does not begin with an id of letters, digits, '.', '_' and '-', and a colon"},
	} {
		ring, err := keyring.Parse(tt.text)
		switch {
		case tt.fault == "" && (err != nil || ring.Encrypts() != tt.encrypts):
			t.Errorf("%q: %v, encrypts: %v", tt.text, err, ring.Encrypts())
		case tt.fault != "" && (err == nil || err.Error() != tt.fault):
			t.Errorf("%q: %v, want %s", tt.text, err, tt.fault)
		}
	}
}

func FuzzOpen(f *testing.F) {
	ring := parse(f, entry("k1", 1))
	_, sealed, _ := ring.Seal([]byte("secret"), "payload")
	f.Add(sealed)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		if opened, err := ring.Open("k1", data, "payload"); err == nil && string(opened) != "secret" {
			t.Errorf("%q", opened)
		}
	})
}

// A payload of a step is a few hundred bytes long.
func BenchmarkSealAndOpen(b *testing.B) {
	ring, data := parse(b, entry("k1", 1)), make([]byte, 500)
	b.ReportAllocs()
	for b.Loop() {
		id, sealed, _ := ring.Seal(data, "payload")
		if _, err := ring.Open(id, sealed, "payload"); err != nil {
			b.Fatal(err)
		}
	}
}
