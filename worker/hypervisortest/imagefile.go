package hypervisortest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

const gib = int64(1) << 30

// publish writes an image file where hosts can fetch it, and says where and what it is.
func (f *fixture) publish(content []byte, format hawkfish.ImageFormat) hawkfish.ImageSource {
	f.Helper()
	file := filepath.Join(f.ImageDir, "suite-"+uuid.NewString()+"."+string(format))
	f.ok(os.WriteFile(file, content, 0o644))
	f.Cleanup(func() { os.Remove(file) })
	sum := sha256.Sum256(content)
	return hawkfish.ImageSource{URL: fileURL(file), SHA256: hex.EncodeToString(sum[:]), Format: format}
}

// unpublish removes an image's file.
func (f *fixture) unpublish(src hawkfish.ImageSource) {
	f.Helper()
	u, err := url.Parse(src.URL)
	f.ok(err)
	f.ok(os.Remove(filepath.FromSlash(u.Path)))
}

func fileURL(file string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(file)}).String()
}

// fetch brings an image into the host's cache for the time of the test.
func (f *fixture) fetch(src hawkfish.ImageSource) hawkfish.ImageFacts {
	f.Helper()
	facts, err := f.FetchImage(f.ctx(), src, func(int64, int64) {})
	f.ok(err)
	f.dropAfterwards(facts.SHA256)
	return facts
}

func (f *fixture) dropAfterwards(digest string) {
	f.afterwards(func(ctx context.Context) {
		if err := f.DropImage(ctx, digest); err != nil {
			f.Errorf("cleaning up, DropImage: %v", err)
		}
	})
}

// cached reports whether the host has an image, by making a disk of it.
func (f *fixture) cached(src hawkfish.ImageSource) bool {
	f.Helper()
	g := f.guest()
	g.Image = src
	err := f.CreateDisk(f.ctx(), g)
	if err == nil {
		f.ok(f.DeleteDisks(f.ctx(), g.ID))
		return true
	}
	f.fails(err, hawkfish.NotFound)
	return false
}

// rawImage is a raw image of its own digest.
func rawImage() []byte {
	content := make([]byte, 64<<10)
	copy(content, uuid.NewString())
	return content
}

// qcow2Image is an empty qcow2 image of its own digest (QEMU, docs/interop/qcow2.txt):
// header, refcount table, refcount block and L1 table, a cluster each.
// backing, unless empty, is the name of a file that it claims to be the overlay of.
func qcow2Image(virtualBytes int64, backing string) []byte {
	const clusterBits, cluster = 16, 1 << 16
	file := make([]byte, 4*cluster)
	copy(file, "QFI\xfb")
	be := binary.BigEndian
	be.PutUint32(file[4:], 3) // version
	if backing != "" {
		be.PutUint64(file[8:], 512)
		be.PutUint32(file[16:], uint32(len(backing)))
		copy(file[512:], backing)
	}
	be.PutUint32(file[20:], clusterBits)
	be.PutUint64(file[24:], uint64(virtualBytes))
	be.PutUint32(file[36:], uint32((virtualBytes+(cluster*cluster/8)-1)/(cluster*cluster/8))) // L1 entries
	be.PutUint64(file[40:], 3*cluster)                                                        // L1 table
	be.PutUint64(file[48:], cluster)                                                          // refcount table
	be.PutUint32(file[56:], 1)                                                                // its clusters
	be.PutUint32(file[96:], 4)                                                                // refcount order: 16 bits
	be.PutUint32(file[100:], 104)                                                             // header length
	be.PutUint64(file[cluster:], 2*cluster)
	for i := range 4 {
		be.PutUint16(file[2*cluster+2*i:], 1)
	}
	// Behind the header's extensions, of which there are none, nobody reads.
	copy(file[4096:], uuid.NewString())
	return file
}
