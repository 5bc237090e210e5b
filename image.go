package hawkfish

import "time"

// Image is a disk that systems are cloned from.
type Image struct {
	ID        string
	ProjectID string
	Name      string // unique with Version in its project
	Version   string
	URL       string // http, https or file
	SHA256    string // lower-case hex; empty until the import has computed it
	Format    ImageFormat
	Phase     ImagePhase
	// SizeBytes is the length of the file, VirtualBytes that of the disk in it; 0 until imported.
	SizeBytes, VirtualBytes int64
	Revision                int64

	CreatedAt, UpdatedAt time.Time
}

// ImageFilter narrows a list of images to those that have all of its values; nil: any.
type ImageFilter struct {
	Name, Version, SHA256 *string
	Format                *ImageFormat
	Phase                 *ImagePhase
	ProjectID             *string
}

// ImageFormat is how an image file is laid out.
type ImageFormat string

const (
	FormatQCOW2 ImageFormat = "qcow2"
	FormatRaw   ImageFormat = "raw"
)

// Values lists the formats.
func (ImageFormat) Values() []string { return []string{string(FormatQCOW2), string(FormatRaw)} }

// ImagePhase is how far an image's life has come.
type ImagePhase string

const (
	ImageImporting ImagePhase = "Importing"
	ImageReady     ImagePhase = "Ready"
	ImageDeleting  ImagePhase = "Deleting"
)

// ImageSource is what a host needs to fetch an image.
type ImageSource struct {
	URL    string      `json:"url"`
	SHA256 string      `json:"sha256"` // empty: accept what comes, and say what it is
	Format ImageFormat `json:"format"`
}

// ImageFacts is what a host knows of an image it has.
type ImageFacts struct {
	SHA256       string `json:"sha256"`
	SizeBytes    int64  `json:"size"`
	VirtualBytes int64  `json:"virtual_size"`
}
