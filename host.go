package hawkfish

import (
	"cmp"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Host is one hypervisor: a libvirtd and the worker beside it.
type Host struct {
	ID         string // the name its worker announces; also its task queue's
	URI        string // libvirt URI or socket, as the worker was given it
	State      HostState
	Resumes    HostState         // what State is again when a host that is Unreachable or in Error reports that all is well
	StateSince time.Time         // when State became what it is
	Cause      string            // why it is in Error, for operators
	Labels     map[string]string // what systems may ask for (Placement.HostLabels)
	Taints     []Taint           // what systems have to tolerate
	Overcommit Overcommit        // as operators want it; 0: as its worker says
	Facts      HostFacts         // what it has said of itself; zero: it has never reported
	Load       HostLoad
	Allocated  Resources // of the systems placed on it, and of those on their way to it
	Systems    int       // placed on it, or on their way
	Fencing    Fencing   // how it is switched off when it may be dead
	JoinKey    []byte    // Ed25519 public key of its worker; nil: its worker need not show who it is
	SeenAt     time.Time // when its worker last reported; zero: never
	Revision   int64

	CreatedAt, UpdatedAt time.Time
}

// HostEdit alters what operators may change of a host: Labels, Taints, Overcommit, Fencing and JoinKey. Its error ends the change.
type HostEdit func(*Host) error

// Overcommit says how often the resources of a host are given away; 0: no word on it.
type Overcommit struct {
	CPUs   float64 `json:"cpus,omitempty"`
	Memory float64 `json:"memory,omitempty"`
	Disk   float64 `json:"disk,omitempty"`
}

// Ratios are the factors that hold: the operators', else the worker's, else 1.
func (h Host) Ratios() Overcommit {
	own := h.Facts.Overcommit
	return Overcommit{
		CPUs: cmp.Or(h.Overcommit.CPUs, own.CPUs, 1), Memory: cmp.Or(h.Overcommit.Memory, own.Memory, 1), Disk: cmp.Or(h.Overcommit.Disk, own.Disk, 1),
	}
}

// Room is how much systems may have of a host in all: its capacity, given away as often as its ratios say.
func (h Host) Room() Resources {
	has, by := h.Facts.Capacity, h.Ratios()
	return Resources{
		CPUs: int(float64(has.CPUs) * by.CPUs), MemoryMiB: int64(float64(has.MemoryMiB) * by.Memory), DiskGiB: int64(float64(has.DiskGiB) * by.Disk),
	}
}

// Free is what is left of Room; it is negative where more has been given away than there is by now.
func (h Host) Free() Resources {
	room := h.Room()
	return Resources{
		CPUs: room.CPUs - h.Allocated.CPUs, MemoryMiB: room.MemoryMiB - h.Allocated.MemoryMiB, DiskGiB: room.DiskGiB - h.Allocated.DiskGiB,
	}
}

// Silent reports whether nobody has heard of a host for too long, also before its state says so.
func (h Host) Silent() bool { return time.Since(h.SeenAt) > HostSilence }

// Taint keeps systems away from a host that do not tolerate it.
type Taint struct {
	Key   string `json:"key"`
	Value string `json:"value,omitempty"`
}

func (t Taint) String() string {
	if t.Value == "" {
		return t.Key
	}
	return t.Key + "=" + t.Value
}

// HostLoad is how busy a host is, guests and all.
type HostLoad struct {
	CPU       float64   `json:"cpu"`        // part of its processors that is busy, 0 to 1, since the look before
	MemoryMiB int64     `json:"memory_mib"` // neither free nor given back on demand
	DiskGiB   int64     `json:"disk_gib"`   // written in the pool of the systems' disks
	At        time.Time `json:"at"`         // the host's clock
	// Counted is how many CPUs had been given away when the fleet heard of this load: what was given away since is not in it.
	Counted int `json:"counted,omitempty"`
}

// Estimate is the part of the processors that is busy by now, if those that were given away since the load was measured
// are. A host that measures nothing is as busy as if everything on it were.
func (h Host) Estimate() float64 {
	cpus := float64(max(h.Facts.Capacity.CPUs, 1))
	if h.Load.At.IsZero() {
		return float64(h.Allocated.CPUs) / cpus
	}
	return h.Load.CPU + float64(max(h.Allocated.CPUs-h.Load.Counted, 0))/cpus
}

// Pool is a storage pool that a host reaches.
type Pool struct {
	Name        string `json:"name"`
	CapacityGiB int64  `json:"capacity_gib"`
	UsedGiB     int64  `json:"used_gib"`
}

// Announcement is what a host's worker says of it, every few seconds.
type Announcement struct {
	HostID string    `json:"host"`
	URI    string    `json:"uri"`
	Facts  HostFacts `json:"facts"`
	// Failure is why the hypervisor cannot be asked, for operators; empty: it can. Facts is the zero value then.
	Failure string `json:"failure,omitempty"`
	Proof   []byte `json:"proof,omitempty"` // see Join
}

// Leftover is what a host has of a system that is no longer its own.
type Leftover struct {
	SystemID string `json:"system"`
	Disks    bool   `json:"disks,omitempty"` // they are of no use to anybody any more
}

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
	Machine    string     `json:"machine,omitempty"`
	Capacity   Resources  `json:"capacity"`            // what it has
	Overcommit Overcommit `json:"overcommit,omitzero"` // how often its worker would give it away
	Arch       string     `json:"arch"`                // such as "x86_64"
	CPUModel   string     `json:"cpu_model"`
	Hypervisor string     `json:"hypervisor"`        // such as "QEMU 7.2.22, libvirt 9.0.0"
	Address    string     `json:"address,omitempty"` // host:port of its libvirt, as other hosts reach it; empty: they do not
	Networks   []string   `json:"networks"`          // active libvirt networks
	Pools      []Pool     `json:"pools,omitempty"`   // active storage pools
	// DiskPool names the pool of systems' disks, the same for all hosts that share it; empty: it is the host's own.
	DiskPool string   `json:"disk_pool,omitempty"`
	Load     HostLoad `json:"load,omitzero"`
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
