package hawkfish

import (
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Profile is what systems have in common that are made from it. The zero value of what it says of them leaves the rest
// to who makes a system, and to the defaults.
type Profile struct {
	ID        string // UUID
	ProjectID string
	Name      string // unique in its project
	CPUs      int
	MemoryMiB int64
	DiskGiB   int64
	Image     string // see Images.FindImage; looked for when a system is made
	Network   string // libvirt network; "none": no interface
	Primary   schemas.BootSource
	Firmware  schemas.BootSourceOverrideMode // that it boots in
	Labels    map[string]string
	Revision  int64

	CreatedAt, UpdatedAt time.Time
}

// ProfileChange alters a profile but for its ID and its project. Its error ends the change.
type ProfileChange func(*Profile) error
