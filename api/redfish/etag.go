package redfish

import (
	"encoding/hex"
	"hash"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

// etagOf returns the ETag of a revision, quoted (RFC 9110, section 8.8.3).
func etagOf(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// tagOf returns the ETag of what has been written into a hash. Half of SHA-256 tells apart all that there will ever be.
func tagOf(h hash.Hash) string { return `"` + hex.EncodeToString(h.Sum(nil)[:16]) + `"` }

// precondition compares If-Match with the state's ETag (DSP0266, "ETags").
func (b *bound) precondition(req *Request, state any) error {
	revision := b.revision(state)
	switch {
	case revision == 0:
		return nil
	case req.IfMatch == "" && b.Insist:
		return Rejected{schemas.PreconditionRequired()}
	case req.IfMatch == "" || matches(req.IfMatch, etagOf(revision)):
		return nil
	}
	return Rejected{schemas.PreconditionFailed()}
}

// revision returns a state's revision, 0 when it has none.
func (b *bound) revision(state any) int64 {
	if b.rev == nil {
		return 0
	}
	return b.rev(state)
}

// gzipped ends the ETag of a body that goes out compressed: two sequences of bytes must not share a strong tag (RFC 9110, section 8.8.3.3).
const gzipped = `-gzip"`

// GzippedTag returns the ETag of the compressed form of what has an ETag.
func GzippedTag(etag string) string { return strings.TrimSuffix(etag, `"`) + gzipped }

// HasGzippedTag reports whether a list of ETags names the compressed form of what has an ETag.
func HasGzippedTag(list, etag string) bool { return strings.Contains(list, GzippedTag(etag)) }

// matches reports whether a list of ETags, as If-Match and If-None-Match hold
// it, names etag. A weak form of a tag counts as the tag, and so does that of the compressed body: clients send them back, and
// both mean the same revision.
func matches(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == "*" || one == etag || strings.HasSuffix(one, gzipped) && one == GzippedTag(etag) {
			return true
		}
	}
	return false
}

// Expects returns the revision that a change must still find: the one it was
// loaded with when the caller sent If-Match, else 0, which matches any.
func (r *Request) Expects(revision int64) int64 {
	if r.IfMatch == "" || strings.TrimSpace(r.IfMatch) == "*" {
		return 0
	}
	return revision
}
