package hawkfish

import (
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Host is one hypervisor: a libvirtd and the worker beside it.
type Host struct {
	ID        string // the name its worker announces; also its task queue's
	URI       string // libvirt URI or socket, as the worker was given it
	State     HostState
	Facts     HostFacts
	Allocated Resources // of the systems placed on it
	SeenAt    time.Time // when its worker last reported
	Revision  int64

	CreatedAt, UpdatedAt time.Time
}

// HostState says whether systems may be placed on a host.
type HostState string

const (
	HostEnabled     HostState = "Enabled"
	HostMaintenance HostState = "Maintenance"
)

// HostSilence is how long a host may be silent before it counts as unreachable.
const HostSilence = 30 * time.Second

// Resources is an amount of what hosts have and systems use.
type Resources struct {
	CPUs      int   `json:"cpus"`
	MemoryMiB int64 `json:"memory_mib"`
	DiskGiB   int64 `json:"disk_gib"`
}

// HostFacts is what a host says of itself.
type HostFacts struct {
	Name string `json:"name"` // the host's own name
	// Machine tells the host from every other, also from one with its name, such as libvirt's UUID of it; empty: it is not known.
	Machine    string    `json:"machine,omitempty"`
	Capacity   Resources `json:"capacity"` // usable by guests, overcommit ratios applied
	Arch       string    `json:"arch"`     // such as "x86_64"
	CPUModel   string    `json:"cpu_model"`
	Hypervisor string    `json:"hypervisor"` // such as "QEMU 7.2.22, libvirt 9.0.0"
	Networks   []string  `json:"networks"`   // active libvirt networks
	// Firmware lists the modes that guests can boot in; nil: the host does not say, and has Legacy.
	Firmware   []schemas.BootSourceOverrideMode `json:"firmware,omitempty"`
	SecureBoot bool                             `json:"secure_boot,omitempty"` // UEFI firmware of the host has it
	TPM        bool                             `json:"tpm,omitempty"`         // the host can emulate one
	Software   []Software                       `json:"software,omitempty"`
	Hardware   Hardware                         `json:"hardware,omitzero"`
	Sensors    []Sensor                         `json:"sensors,omitempty"`
}

// Hardware is what the machine that a host runs on says of itself (SMBIOS); the zero value: it says nothing, or a
// dummy such as "To Be Filled By O.E.M.".
type Hardware struct {
	Manufacturer string `json:"manufacturer,omitempty"`
	Model        string `json:"model,omitempty"`
	SerialNumber string `json:"serial_number,omitempty"`
	SKU          string `json:"sku,omitempty"`
	AssetTag     string `json:"asset_tag,omitempty"` // of the chassis
}

// Sensor is one of a host's sensors, and what it showed when the host last told.
type Sensor struct {
	ID      string     `json:"id"`   // stays the same after a restart of the host
	Name    string     `json:"name"` // what the host's driver calls it
	Kind    SensorKind `json:"kind"`
	Reading float64    `json:"reading"` // in the kind's unit
	// Caution and Critical are above which readings are too high; 0: the sensor does not say.
	Caution  float64 `json:"caution,omitempty"`
	Critical float64 `json:"critical,omitempty"`
}

// SensorKind is what a sensor measures.
type SensorKind string

const (
	SensorTemperature SensorKind = "temperature" // degrees Celsius
	SensorFan         SensorKind = "fan"         // revolutions a minute
	SensorPower       SensorKind = "power"       // watts
	SensorVoltage     SensorKind = "voltage"     // volts
	SensorCurrent     SensorKind = "current"     // amperes
)

// Modes lists the modes that guests can boot in on the host; nil: there is no host.
func (h Host) Modes() []schemas.BootSourceOverrideMode {
	if h.ID != "" && h.Facts.Firmware == nil {
		return []schemas.BootSourceOverrideMode{schemas.BootSourceOverrideModeLegacy}
	}
	return h.Facts.Firmware
}
