package libvirt

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish"
)

// An image is two volumes: image-DIGEST holds its bytes, and the empty volume
// image-DIGEST.ready-SIZE-VIRTUALSIZE-FORMAT says that they are all there and
// have been verified. The second is made last and removed first, and appears
// and disappears in one step, so that no crash leaves half an image that could
// be taken for one.

var (
	digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	imagePattern  = regexp.MustCompile(`^image-([0-9a-f]{64})(?:\.ready-(\d+)-(\d+)-(qcow2|raw))?$`)
)

const imagePrefix = "image-"

// imageVolume is the name of the volume that holds an image's bytes.
func imageVolume(digest string) string { return imagePrefix + digest }

// imageState is what the names in the pool say of an image.
type imageState struct {
	hawkfish.ImageFacts
	format hawkfish.ImageFormat
	marker string // its name; empty: the image is not complete
}

func markerName(f hawkfish.ImageFacts, format hawkfish.ImageFormat) string {
	return fmt.Sprintf("%s.ready-%d-%d-%s", imageVolume(f.SHA256), f.SizeBytes, f.VirtualBytes, format)
}

// parseImages collects what volumes' names say of images, by digest.
func parseImages(names []string) map[string]imageState {
	images := map[string]imageState{}
	for _, name := range names {
		m := imagePattern.FindStringSubmatch(name)
		if m == nil {
			continue
		}
		state := images[m[1]]
		state.SHA256 = m[1]
		if m[4] != "" {
			state.SizeBytes, _ = strconv.ParseInt(m[2], 10, 64)
			state.VirtualBytes, _ = strconv.ParseInt(m[3], 10, 64)
			state.format, state.marker = hawkfish.ImageFormat(m[4]), name
		}
		images[m[1]] = state
	}
	return images
}

// parseDigest normalises a SHA-256 that a caller has given.
func parseDigest(s string) (string, error) {
	digest := strings.ToLower(s)
	if !digestPattern.MatchString(digest) {
		return "", hawkfish.Refused("/SHA256", s, "a SHA-256 is 64 hexadecimal digits")
	}
	return digest, nil
}
