package libvirt

import (
	"reflect"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

func TestParseURI(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]endpoint{
		"/run/sock":                         {"unix", "/run/sock", "qemu:///system"},
		"qemu:///system":                    {"unix", defaultSocket, "qemu:///system"},
		"qemu:///system?socket=/a/b":        {"unix", "/a/b", "qemu:///system"},
		"qemu+unix:///system?socket=/a":     {"unix", "/a", "qemu:///system"},
		"test:///default?socket=/a":         {"unix", "/a", "test:///default"},
		"qemu+tcp://h1/system":              {"tcp", "h1:16509", "qemu:///system"},
		"qemu+tcp://[2001:db8::1]:1/system": {"tcp", "[2001:db8::1]:1", "qemu:///system"},
	} {
		if got, err := parseURI(uri); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", uri, got, err)
		}
	}
	for _, uri := range []string{"", "relative/path", "qemu+ssh://h1/system", "qemu+tcp:///system", "qemu://h1/system", "qemu:", "%"} {
		if got, err := parseURI(uri); hawkfish.KindOf(err) != hawkfish.Invalid {
			t.Errorf("%q: got %+v, %v", uri, got, err)
		}
	}
}

func TestImageNames(t *testing.T) {
	t.Parallel()
	done, half := strings.Repeat("a1", 32), strings.Repeat("b2", 32)
	facts := hawkfish.ImageFacts{SHA256: done, SizeBytes: 393216, VirtualBytes: 1 << 20}
	marker := markerName(facts, hawkfish.FormatQCOW2)
	got := parseImages([]string{
		imageVolume(done), marker, imageVolume(half), "a-disk.qcow2", "image-short", imageVolume(half) + ".ready-1-x-raw",
	})
	want := map[string]imageState{
		done: {ImageFacts: facts, format: hawkfish.FormatQCOW2, marker: marker},
		half: {ImageFacts: hawkfish.ImageFacts{SHA256: half}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if len(marker) > 255 {
		t.Errorf("a file's name has %d bytes", len(marker))
	}
}

func TestParseDigest(t *testing.T) {
	t.Parallel()
	if got, err := parseDigest(strings.Repeat("AB", 32)); err != nil || got != strings.Repeat("ab", 32) {
		t.Errorf("got %q, %v", got, err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("g", 64), strings.Repeat("a", 63) + "/"} {
		if _, err := parseDigest(bad); hawkfish.KindOf(err) != hawkfish.Invalid {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}

// An ID becomes part of files' names: only a UUID, as HawkFish writes it, will do.
func TestParseID(t *testing.T) {
	t.Parallel()
	if _, err := parseID("3f0c9a52-8a1e-4a53-9d5b-7b8f7f1f2a10"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "image-", "../x", "3F0C9A52-8a1e-4a53-9d5b-7b8f7f1f2a10", "3f0c9a528a1e4a539d5b7b8f7f1f2a10"} {
		if _, err := parseID(bad); hawkfish.KindOf(err) != hawkfish.NotFound {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
