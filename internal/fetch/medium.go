package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// OpenMedium opens a file as a user of its server. version is another one whenever the file changes, and empty when
// the source does not tell. It fails as Open does.
func (f *Fetcher) OpenMedium(ctx context.Context, src hawkfish.MediaSource) (body io.ReadCloser, size int64, version string, err error) {
	u, err := f.parse(src.URL)
	switch {
	case err != nil:
		return nil, 0, "", err
	case u.Scheme == "file":
		return f.openFileVersion(ctx, u)
	}
	return f.request(ctx, http.MethodGet, u, src)
}

// MediumVersion asks for the version of a file alone. It is empty, too, where a server answers no such question (HEAD);
// what it then says of the file itself is the better error.
func (f *Fetcher) MediumVersion(ctx context.Context, src hawkfish.MediaSource) (string, error) {
	u, err := f.parse(src.URL)
	if err != nil {
		return "", err
	}
	if u.Scheme == "file" {
		body, _, version, err := f.openFileVersion(ctx, u)
		if err == nil {
			err = body.Close()
		}
		return version, err
	}
	body, _, version, err := f.request(ctx, http.MethodHead, u, src)
	if err == nil {
		err = body.Close()
	} else if hawkfish.KindOf(err) == hawkfish.Invalid {
		err = nil
	}
	return version, err
}

// versionOf reads a file's validators (RFC 9110, section 8.8): a strong ETag, or a date that is older than the answer
// by more than a clock's granularity, together with the length.
func versionOf(h http.Header, length int64) string {
	if etag := h.Get("ETag"); strings.HasPrefix(etag, `"`) {
		return "etag " + etag + " " + strconv.FormatInt(length, 10)
	}
	modified, err := http.ParseTime(h.Get("Last-Modified"))
	answered, noDate := http.ParseTime(h.Get("Date"))
	if err != nil || noDate != nil || length < 0 || answered.Sub(modified) < 2*time.Second {
		return ""
	}
	return "modified " + modified.UTC().Format(time.RFC3339) + " " + strconv.FormatInt(length, 10)
}

// versionOfFile is of what a change of the file changes.
func versionOfFile(info os.FileInfo) string {
	if time.Since(info.ModTime()) < 2*time.Second {
		return "" // it may change once more within the clock's granularity
	}
	return fmt.Sprintf("file %d %d", info.ModTime().UnixNano(), info.Size())
}
