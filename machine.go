package hawkfish

import (
	"encoding/json"
	"reflect"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Machine is what a system is made of, besides what is counted when it is placed: what its next start from off gives it.
// It is kept as one document, and a host gets it whole with every start. The zero value of a field means what
// systems had before there was the field.
type Machine struct {
	Firmware schemas.BootSourceOverrideMode `json:"firmware,omitempty"` // UEFI or Legacy; empty: Legacy
	Boot     Boot                           `json:"boot"`
	Media    map[MediaSlot]MediaDrive       `json:"media,omitempty"`
	// CommandLine is given to the kernel of a direct boot.
	CommandLine string `json:"command_line,omitempty"`
	// IPXEScript is what iPXE is told that asks for the system's script; empty: to boot the files of the direct boot.
	IPXEScript string `json:"ipxe_script,omitempty"`

	Topology       Topology `json:"topology,omitzero"`        // of the CPUs
	Virtualization string   `json:"virtualization,omitempty"` // of the CPUs: Enabled, Disabled; empty: as their model says
	SecureBoot     bool     `json:"secure_boot,omitempty"`    // only with UEFI
	SecureBootKeys Keys     `json:"secure_boot_keys,omitzero"`
	TPM            bool     `json:"tpm,omitempty"`
	Watchdog       string   `json:"watchdog,omitempty"`   // what it does: Reset, PowerOff, Nmi; empty: there is none
	LocalTime      bool     `json:"local_time,omitempty"` // the clock shows the host's local time
	// BiosSetAt is when somebody last changed settings of the firmware.
	BiosSetAt time.Time `json:"bios_set_at,omitzero"`

	// HostName is the name that cloud-init gives the guest; empty: the system's, where there is something for cloud-init.
	HostName string `json:"host_name,omitempty"`
	// CloudInit is the Seed of the guest; see SeedLabel.
	CloudInit *Sealed `json:"cloud_init,omitempty"`

	// NICs are the network interfaces beside the first one.
	NICs []NIC `json:"nics,omitempty"`

	// PowerRestore says what becomes of the system when its host has been started anew; empty: AlwaysOff.
	PowerRestore schemas.PowerRestorePolicyTypes `json:"power_restore,omitempty"`

	// Adopted is set for a system that HawkFish has not made.
	Adopted *Adopted `json:"adopted,omitempty"`

	// Generation grows with every change of the machine, or of the system's CPUs and memory. A host tells
	// by it which of them a running guest has.
	Generation int64 `json:"generation,omitempty"`
}

// Keys are what Secure Boot trusts. The zero value is what firmware comes with: the keys of its maker.
type Keys struct {
	None   bool  `json:"none,omitempty"`   // nothing: the firmware waits for keys (setup mode)
	Resets int64 `json:"resets,omitempty"` // how often they were reset: each time the firmware starts with fresh variables
}

// Running is what a guest was made of when it last booted, while that is not what its system is to be.
type Running struct {
	CPUs      int     `json:"cpus"`
	MemoryMiB int64   `json:"memory_mib"`
	Machine   Machine `json:"machine"`
}

// Boot says what a system boots from (DSP0268, ComputerSystem.Boot).
type Boot struct {
	Primary  schemas.BootSource `json:"primary"`         // what comes first in every boot that nothing overrides
	Order    []string           `json:"order,omitempty"` // BootOptionReferences, first to last; empty: Primary, then the others
	Override BootOverride       `json:"override,omitzero"`
}

// BootOverride is what a system boots from instead, once or until it is told otherwise.
type BootOverride struct {
	Enabled schemas.BootSourceOverrideEnabled `json:"enabled,omitempty"` // empty: Disabled
	Target  schemas.BootSource                `json:"target,omitempty"`  // empty: None
	HTTPURI string                            `json:"http_uri,omitempty"`
	UEFI    string                            `json:"uefi,omitempty"` // device path, for UefiTarget
	Next    string                            `json:"next,omitempty"` // BootOptionReference, for UefiBootNext
	// Serial is another for every override that was ever set. A host that tells of a boot by it has consumed
	// this one, and not one that was set since.
	Serial int64 `json:"serial,omitempty"`
}

// Active reports whether the next boot is another than without the override.
func (o BootOverride) Active() bool {
	return o.Enabled != "" && o.Enabled != schemas.BootSourceOverrideEnabledDisabled && o.Target != "" && o.Target != schemas.BootSourceNone
}

// RestorePolicy is PowerRestore, with its default.
func (m Machine) RestorePolicy() schemas.PowerRestorePolicyTypes {
	if m.PowerRestore == "" {
		return schemas.PowerRestorePolicyTypesAlwaysOff
	}
	return m.PowerRestore
}

// Equal reports whether two machines are the same.
func (m Machine) Equal(other Machine) bool { return reflect.DeepEqual(m.normal(), other.normal()) }

// Clone returns a copy that shares nothing with m.
func (m Machine) Clone() Machine { return m.normal() }

// normal is m as it comes out of storage.
func (m Machine) normal() (stored Machine) {
	text, err := json.Marshal(m)
	if err == nil {
		err = json.Unmarshal(text, &stored)
	}
	if err != nil {
		panic("a machine cannot be stored: " + err.Error()) // it holds only plain values
	}
	return stored
}
