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
	AssetTag  string
	Labels    map[string]string // what callers file it under
	Machine   Machine
	Placement Placement // what it wants of its host, whenever one is chosen
	Running   *Running  // nil: there is no guest (Goes), or it is what the system is to be

	Power      schemas.PowerState      // as last observed
	PowerState schemas.PowerState      // Power, or where the task that has its turn takes it: PoweringOn, PoweringOff
	PowerCause PowerCause              // why Power is what it is
	ObservedAt time.Time               // when the host looked; orders observations
	LastReset  time.Time               // when the guest last started or was reset; zero: never
	ResetCause schemas.LastResetCauses // what made it start then; empty: not known
	Guest      GuestFacts              // as its host saw it last (Inventory)

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

// SystemChange alters what callers may change of a system: AssetTag, Labels, CPUs, MemoryMiB and Machine. It
// replaces maps, and does not write into them; it may run twice. Its error ends the change.
type SystemChange func(*System) error

// SystemFilter narrows a list of systems to those that have all of its values; nil: any.
type SystemFilter struct {
	Name, AssetTag *string
	Power          *schemas.PowerState
	Phase          *SystemPhase
	HostID         *string
	ProjectID      *string
	Adopted        *bool
}

// Identity is what no two systems have in common.
type Identity struct{ ID, Name, MAC string }

// Now is the system as its guest has it: what changes of it have not reached a guest that runs is as it was.
func (s System) Now() System {
	if s.Running != nil {
		s.CPUs, s.MemoryMiB, s.Machine = s.Running.CPUs, s.Running.MemoryMiB, s.Running.Machine
	}
	return s
}

// Goes reports whether the system has a guest that has booted: one that runs, or whose memory is saved and that goes on with it.
func (s System) Goes() bool {
	return IsOn(s.Power) || s.Power == schemas.PowerStateOff && s.PowerCause == CauseSuspended
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
	// ResetCause says what made the guest start at LastReset; empty: not known.
	ResetCause schemas.LastResetCauses `json:"reset_cause,omitempty"`
	// Cause says why the power is as it is; empty: it is off or on for no known reason, or an earlier reason still holds.
	Cause PowerCause `json:"cause,omitempty"`
	// Booted is the Serial of the boot override that the guest's last boot consumed; 0: none.
	Booted int64 `json:"booted,omitempty"`
	// Ejected are the IDs of media that the guest has put out of their drives by itself.
	Ejected []string `json:"ejected,omitempty"`
	// Generation is that of the machine that the running guest has; 0: not known.
	Generation int64 `json:"generation,omitempty"`
}
