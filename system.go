// Package hawkfish is the fleet in its own words: systems, hosts, images,
// tasks and what may happen to them. It knows no HTTP, SQL, libvirt or Temporal.
package hawkfish

import (
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// System is one virtual machine, seen as the server it imitates.
type System struct {
	ID        string // UUID; also the guest's SMBIOS UUID and its libvirt domain's
	Name      string // unique in the fleet; also the libvirt domain's name
	ProjectID string
	HostID    string // empty until it has been placed
	Phase     SystemPhase

	CPUs      int
	MemoryMiB int64
	DiskGiB   int64 // virtual size of the boot disk
	ImageID   string
	Network   string // libvirt network of the first interface
	MAC       string // of the first interface, lower case with colons
	Boot      Boot
	AssetTag  string

	Power      schemas.PowerState // as last observed
	ObservedAt time.Time          // when the host looked; orders observations
	LastReset  time.Time          // when the guest last started or was reset; zero: never

	Revision             int64 // grows with every change; the ETag
	CreatedAt, UpdatedAt time.Time
}

// SystemPhase is how far a system's life has come.
type SystemPhase string

const (
	PhaseProvisioning SystemPhase = "Provisioning"
	PhaseReady        SystemPhase = "Ready"
	PhaseDeleting     SystemPhase = "Deleting"
	PhaseLost         SystemPhase = "Lost" // its host reports that it does not exist there
)

// Boot says what a system boots from.
type Boot struct {
	Primary schemas.BootSource                `json:"primary"` // of every boot that nothing overrides
	Target  schemas.BootSource                `json:"target"`  // the override
	Enabled schemas.BootSourceOverrideEnabled `json:"enabled"`
}

// SystemUpdate holds the fields a caller may change; nil leaves a field alone.
type SystemUpdate struct {
	AssetTag *string
}

// SystemFilter narrows a list of systems to those that have all of its values; nil: any.
type SystemFilter struct {
	Name, AssetTag *string
	Power          *schemas.PowerState
	Phase          *SystemPhase
	HostID         *string
	ProjectID      *string
}

// Observation is what a host saw of one system at one moment.
type Observation struct {
	SystemID string             `json:"system"`
	Power    schemas.PowerState `json:"power"`
	Absent   bool               `json:"absent,omitempty"` // the host has no such domain
	// At is the host's clock just before it looked. A later At is a later look, so
	// a store keeps the latest and drops what arrives late.
	At        time.Time `json:"at"`
	LastReset time.Time `json:"last_reset,omitzero"` // zero: not known
}
