package libvirt

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"path"
	"regexp"
	"strconv"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch/once"
)

// A medium is several volumes: media-ID holds its bytes, where ID is a number of its own, because the digest is known
// only when all of them have come. The empty volume media-ID.ready-DIGEST-SIZE says that they have; it is made last and
// removed first. Each empty volume media-ID.from-URL-VERSION names an origin that the bytes came from (once.Origin).
var mediaPattern = regexp.MustCompile(`^media-([0-9a-f]{16})(?:\.(?:ready-([0-9a-f]{64})-(\d+)|from-([0-9a-f]{32})-([0-9a-f]{32})))?$`)

const mediaPrefix = "media-"

// mediaVolume is the name of the volume that holds a medium's bytes.
func mediaVolume(id string) string { return mediaPrefix + id }

// isMedium reports whether a file is one of HawkFish's media, by its name.
func isMedium(file string) bool {
	m := mediaPattern.FindStringSubmatch(path.Base(file))
	return m != nil && m[2] == "" && m[4] == ""
}

func newMediaID() string {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails (crypto/rand)
	return hex.EncodeToString(id)
}

func readyName(id string, f hawkfish.ImageFacts) string {
	return fmt.Sprintf("%s.ready-%s-%d", mediaVolume(id), f.SHA256, f.SizeBytes)
}

func fromName(id string, from once.Origin) string {
	return fmt.Sprintf("%s.from-%s-%s", mediaVolume(id), from.URL, from.Version)
}

// mediaState is what the names in the pool say of a medium.
type mediaState struct {
	hawkfish.ImageFacts
	id      string
	ready   string // name of the volume that says so; empty: not all bytes have come
	from    []once.Origin
	volumes []string // in the order in which they are to be removed
}

// parseMedia collects what volumes' names say of media, by ID.
func parseMedia(names []string) map[string]mediaState {
	media := map[string]mediaState{}
	for _, name := range names {
		m := mediaPattern.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		state := media[m[1]]
		state.id = m[1]
		switch {
		case m[2] != "":
			state.ready, state.SHA256 = name, m[2]
			state.SizeBytes, _ = strconv.ParseInt(m[3], 10, 64)
			state.VirtualBytes = state.SizeBytes
			state.volumes = append([]string{name}, state.volumes...)
		case m[4] != "":
			state.from = append(state.from, once.Origin{URL: m[4], Version: m[5]})
			state.volumes = append(state.volumes, name)
		}
		media[m[1]] = state
	}
	for id, state := range media {
		state.volumes = append(state.volumes, mediaVolume(id))
		media[id] = state
	}
	return media
}
