package hawkfish

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Foreign is a domain of a host that is not HawkFish's, as the host describes it.
type Foreign struct {
	ID         string             `json:"id"`   // UUID
	Name       string             `json:"name"` // the domain's
	Power      schemas.PowerState `json:"power"`
	Autostart  bool               `json:"autostart,omitempty"`
	CPUs       int                `json:"cpus"`
	MemoryMiB  int64              `json:"memory_mib"`
	Disks      []ForeignDisk      `json:"disks,omitempty"`
	Interfaces []ForeignInterface `json:"interfaces,omitempty"`
	// Machine is what the fleet would know of it, were it adopted.
	Machine Machine `json:"machine"`
	// Obstacles say why it cannot be adopted, as far as its host sees.
	Obstacles []string `json:"obstacles,omitempty"`
	// Mark is what its adoption adds to its description.
	Mark string `json:"mark,omitempty"`
}

// ForeignDisk is a disk of a domain, or a drive.
type ForeignDisk struct {
	Target string `json:"target"`           // such as "vda"
	Bus    string `json:"bus,omitempty"`    // such as "virtio"
	Device string `json:"device,omitempty"` // disk, cdrom, floppy or lun
	Source string `json:"source,omitempty"` // a path, or what libvirt calls it; empty: the drive is empty
	Bytes  int64  `json:"bytes,omitempty"`  // its size; 0: not known
}

// ForeignInterface is a network interface of a domain.
type ForeignInterface struct {
	MAC    string `json:"mac,omitempty"` // lower case with colons
	Model  string `json:"model,omitempty"`
	Kind   string `json:"kind,omitempty"`   // such as "network", "bridge" or "direct"
	Source string `json:"source,omitempty"` // the network, the bridge or the device
}

// DiskGiB is the size of all its disks.
func (f Foreign) DiskGiB() int64 {
	var bytes int64
	for _, d := range f.Disks {
		bytes += d.Bytes
	}
	return (bytes + 1<<30 - 1) >> 30
}

// First is its first network interface; the zero one: it has none.
func (f Foreign) First() ForeignInterface {
	if len(f.Interfaces) == 0 {
		return ForeignInterface{}
	}
	return f.Interfaces[0]
}

// Same reports whether two looks at a domain would be recorded as the same; power and sizes come and go.
func (f Foreign) Same(other Foreign) bool { return reflect.DeepEqual(f.lasting(), other.lasting()) }

func (f Foreign) lasting() Foreign {
	f.Power, f.Autostart, f.Obstacles, f.Mark = "", false, nil, ""
	f.Machine = f.Machine.normal()
	f.Disks = slices.Clone(f.Disks)
	for n := range f.Disks {
		f.Disks[n].Bytes = 0
		if f.Disks[n].Device != "disk" { // discs come and go
			f.Disks[n].Source = ""
		}
	}
	if len(f.Interfaces) == 0 {
		f.Interfaces = nil
	}
	return f
}

// Adopted is what an adopted system was when it came to HawkFish, which has not made it. What HawkFish changes of it is
// changed in its own description, and all else stays as it is.
type Adopted struct {
	Domain string    `json:"domain"` // its name on the host, which may be another than the system's
	At     time.Time `json:"at,omitzero"`
	By     string    `json:"by,omitempty"` // user name
	// Boot is the machine's when it was adopted, and Sources is what that means on the host, however it is written there.
	Boot    Boot                 `json:"boot"`
	Sources []schemas.BootSource `json:"sources,omitempty"`
	// Fixed lists the properties of which its description says more than a number: CPUs, MemoryMiB.
	Fixed []string `json:"fixed,omitempty"`
}

// fixed reports whether a property of an adopted system stays as it is.
func (a *Adopted) fixed(property string) bool { return a != nil && slices.Contains(a.Fixed, property) }

// NewAdopted is the system that a domain becomes by its adoption.
func NewAdopted(f Foreign, name, projectID, hostID string, at time.Time, by string) System {
	s := System{
		ID: f.ID, Name: name, ProjectID: projectID, HostID: hostID, Phase: PhaseProvisioning, Power: f.Power,
		CPUs: f.CPUs, MemoryMiB: f.MemoryMiB, DiskGiB: f.DiskGiB(), Network: f.First().Source, MAC: f.First().MAC, Machine: f.Machine.Clone(),
	}
	s.Machine.Adopted.At, s.Machine.Adopted.By = at.UTC().Truncate(time.Second), by
	return s
}

// Adoption is the input of OpAdopt.
type Adoption struct {
	HostID    string  `json:"host"`
	ProjectID string  `json:"project"`
	Seen      Foreign `json:"seen"` // what was decided on
}

// Release is the input of OpRelease.
type Release struct {
	SystemID string `json:"system"`
}

// kept are the parts of an adopted system that HawkFish does not change: its guest would not find again what it has written there.
var kept = []struct {
	what string
	of   func(s System) any
}{
	{"firmware", func(s System) any { return s.Machine.Mode() }},
	{"Secure Boot", func(s System) any { return [2]any{s.Machine.SecureBoot, s.Machine.SecureBootKeys} }},
	{"TPM", func(s System) any { return s.Machine.TPM }},
	{"disks: a disk for cloud-init would be one more", func(s System) any { return s.Machine.CloudInit != nil }},
	{"CPU features", func(s System) any { return s.Machine.Virtualization }},
}

// fixable are the numbers that may be Adopted.Fixed.
var fixable = map[string]func(s System) int64{
	"CPUs":      func(s System) int64 { return int64(s.CPUs) },
	"MemoryMiB": func(s System) int64 { return s.MemoryMiB },
}

// needsVariables reports whether an override reaches the firmware by its variables, and not by the order of devices.
func (s System) needsVariables(o BootOverride) bool {
	target := o.Target
	if target == schemas.BootSourceUefiBootNext {
		option, _ := s.BootOption(o.Next)
		target = option.Alias
	}
	return s.Machine.Mode() == schemas.BootSourceOverrideModeUEFI &&
		slices.Contains([]schemas.BootSource{schemas.BootSourceUefiTarget, schemas.BootSourceUefiHttp, schemas.BootSourceBiosSetup}, target)
}

// KeepsAdopted says what of an adopted system a change must not change. Conflict, once for each.
func (s System) KeepsAdopted(was System) error {
	adopted := was.Machine.Adopted
	if adopted == nil {
		return nil
	}
	var faults []error
	refuse := func(why string) {
		faults = append(faults, &Error{Kind: Conflict, Resource: "ComputerSystem", ID: s.ID, Message: why})
	}
	for _, part := range kept {
		if part.of(s) != part.of(was) {
			refuse("an adopted system keeps its " + part.what)
		}
	}
	if o := s.Machine.Boot.Override; o.Active() && o != was.Machine.Boot.Override && s.needsVariables(o) {
		refuse("an adopted system keeps the variables of its firmware, which " + string(o.Target) + " is written into")
	}
	for _, property := range slices.Sorted(maps.Keys(fixable)) {
		if adopted.fixed(property) && fixable[property](s) != fixable[property](was) {
			refuse("the system's domain says more of its " + property + " than a number; change it there")
		}
	}
	return errors.Join(faults...)
}
