package fetch

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/outbound"
)

func local(t *testing.T, dirs ...string) *Fetcher {
	t.Helper()
	policy, err := outbound.ParsePolicy([]string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return New(Policy{Addresses: policy, FileDirs: dirs})
}

// What changes has another version; what cannot be told has none.
func TestVersionOf(t *testing.T) {
	t.Parallel()
	const date, before, now = "Wed, 25 Nov 2026 12:00:00 GMT", "Wed, 25 Nov 2026 11:00:00 GMT", "Wed, 25 Nov 2026 12:00:00 GMT"
	for _, c := range []struct {
		etag, modified, date string
		length               int64
		want                 string
	}{
		{etag: `"a"`, modified: before, date: date, length: 5, want: `etag "a" 5`},
		{etag: `W/"a"`, modified: before, date: date, length: 5, want: "modified 2026-11-25T11:00:00Z 5"},
		{etag: `W/"a"`},
		{modified: before, length: 5},              // nobody knows how old it is
		{modified: before, date: date, length: -1}, // nor how long
		{modified: now, date: date, length: 5},     // it may change once more within the second
		{modified: "yesterday", date: date, length: 5},
	} {
		h := http.Header{}
		for name, value := range map[string]string{"ETag": c.etag, "Last-Modified": c.modified, "Date": c.date} {
			if value != "" {
				h.Set(name, value)
			}
		}
		if got := versionOf(h, c.length); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

// A server that answers no HEAD is asked for the file; the version is the same either way where there is one.
func TestMediumVersion(t *testing.T) {
	t.Parallel()
	heads := true
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ada" || password != "s" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodHead && !heads {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("ETag", `"one"`)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader("content"))
	}))
	t.Cleanup(server.Close)
	f, src := local(t), hawkfish.MediaSource{URL: server.URL, UserName: "ada", Password: "s"}
	if _, err := f.MediumVersion(t.Context(), src); err != nil {
		t.Errorf("a certificate that is not trusted: %v", err)
	}
	if _, _, _, err := f.OpenMedium(t.Context(), src); hawkfish.KindOf(err) != hawkfish.Invalid {
		t.Errorf("a certificate that is not trusted: %v", err)
	}
	src.Unverified = true
	asked, err := f.MediumVersion(t.Context(), src)
	if err != nil || asked == "" {
		t.Fatalf("%q, %v", asked, err)
	}
	body, size, version, err := f.OpenMedium(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(body)
	if err != nil || string(content) != "content" || size != 7 || version != asked || body.Close() != nil {
		t.Errorf("%q, %d, %q, %v", content, size, version, err)
	}
	heads = false
	if version, err := f.MediumVersion(t.Context(), src); version != "" || err != nil {
		t.Errorf("%q, %v", version, err)
	}
	src.Password = "wrong"
	if _, _, _, err := f.OpenMedium(t.Context(), src); hawkfish.KindOf(err) != hawkfish.Invalid || strings.Contains(err.Error(), "wrong") {
		t.Errorf("%v", err)
	}
}

func TestFilesHaveVersions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.iso")
	f, src := local(t, dir), hawkfish.MediaSource{URL: "file://" + file}
	write := func(text string, at time.Time) string {
		t.Helper()
		if os.WriteFile(file, []byte(text), 0o644) != nil || os.Chtimes(file, at, at) != nil {
			t.Fatal("the file cannot be written")
		}
		version, err := f.MediumVersion(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		return version
	}
	old := time.Now().Add(-time.Hour)
	first := write("a", old)
	if again := write("a", old); first == "" || again != first {
		t.Errorf("%q, then %q", first, again)
	}
	if longer := write("ab", old); longer == first {
		t.Error("a longer file has the same version")
	}
	if fresh := write("a", time.Now()); fresh != "" {
		t.Errorf("a file that may still be written: %q", fresh)
	}
}
