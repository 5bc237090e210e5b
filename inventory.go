package hawkfish

import (
	"context"
	"net/netip"
	"reflect"
	"slices"
	"time"
)

// Inventory is what a system has, as its host sees it: what the hypervisor has made of the guest, and what is
// known of the guest itself. What guests say is bounded and cleaned by who asks them, and may still be a lie.
type Inventory struct {
	SystemID string `json:"system,omitempty"`
	// At is the host's clock just before it looked: of two looks the later one counts.
	At time.Time `json:"at,omitzero"`

	Guest      GuestFacts     `json:"guest"`
	Processors ProcessorFacts `json:"processors"`
	Memory     MemoryFacts    `json:"memory"`
	Interfaces []Interface    `json:"interfaces,omitempty"`
	Drives     []Drive        `json:"drives,omitempty"`
	Devices    []PCIDevice    `json:"devices,omitempty"`

	Revision int64 `json:"-"` // grows with every change; 0: nothing has been reported yet
}

// GuestFacts is what there is to know of a guest as a whole; a part of it is shown with the system itself.
type GuestFacts struct {
	HostName string   `json:"host_name,omitempty"` // as the guest's agent says; empty: it has none, or does not run
	Firmware string   `json:"firmware,omitempty"`  // the version that its SMBIOS tables tell
	CPUModel string   `json:"cpu_model,omitempty"` // such as "qemu64"
	Sockets  int      `json:"sockets,omitempty"`   // of CPUs; 0: not known
	PCI      []string `json:"pci,omitempty"`       // addresses of its PCIDevices
}

// ProcessorFacts is how a guest's CPUs are arranged. The zero value: not known.
type ProcessorFacts struct {
	Arch    string `json:"arch"` // such as "x86_64"
	Sockets int    `json:"sockets"`
	Cores   int    `json:"cores"`   // of a socket
	Threads int    `json:"threads"` // of a core
	Online  int    `json:"online"`  // of all threads; the others can be plugged in
}

// MemoryFacts is how a guest's memory is arranged. The zero value: not known.
type MemoryFacts struct {
	TotalMiB  int64 `json:"total_mib"`
	ModuleMiB int64 `json:"module_mib"` // size of the largest module that the SMBIOS tables show
}

// Modules splits a guest's memory into what its SMBIOS tables show as modules (DSP0134, type 17): full ones, and a rest.
func (m MemoryFacts) Modules() []int64 {
	var modules []int64
	for rest := m.TotalMiB; rest > 0; rest -= m.ModuleMiB {
		modules = append(modules, min(rest, m.ModuleMiB))
	}
	return modules
}

// threads is how many CPUs can be in a socket.
func (p ProcessorFacts) threads() int { return max(1, p.Cores) * max(1, p.Threads) }

// Socket tells how many cores and threads of a socket are there: sockets are filled one after the other.
func (p ProcessorFacts) Socket(n int) (cores, threads int) {
	threads = min(max(0, p.Online-n*p.threads()), p.threads())
	return (threads + max(1, p.Threads) - 1) / max(1, p.Threads), threads
}

// Interface is one of a guest's network interfaces.
type Interface struct {
	MAC       string             `json:"mac"`
	Model     string             `json:"model"` // such as "virtio"
	Network   string             `json:"network,omitempty"`
	MTU       int                `json:"mtu,omitempty"` // bytes; 0: the network's
	Down      bool               `json:"down,omitempty"`
	PCI       string             `json:"pci,omitempty"` // its PCIFunction's address
	Addresses []InterfaceAddress `json:"addresses,omitempty"`
}

// InterfaceAddress is an address that a guest's interface has, or has been given by DHCP.
type InterfaceAddress struct {
	Prefix netip.Prefix `json:"prefix"`           // the address, with its network's length
	Leased bool         `json:"leased,omitempty"` // the network's DHCP server has given it
}

// Drive is one of a guest's fixed disks.
type Drive struct {
	Name     string `json:"name"` // libvirt's name of the target, such as "vda"
	Bus      string `json:"bus"`  // "virtio", "sata", "scsi", ...
	Bytes    int64  `json:"bytes"`
	Serial   string `json:"serial,omitempty"`
	ReadOnly bool   `json:"read_only,omitempty"`
	PCI      string `json:"pci,omitempty"` // address of its controller's PCIFunction
}

// PCIDevice is one of a guest's PCI devices.
type PCIDevice struct {
	Address   string        `json:"address"` // domain, bus and slot: "0000-01-00"
	Name      string        `json:"name"`    // such as "virtio network"
	Functions []PCIFunction `json:"functions"`
}

// PCIFunction is one function of a PCI device.
type PCIFunction struct {
	Number   int    `json:"number"`
	Class    uint32 `json:"class"`            // class code, 24 bits (PCI Code and ID Assignment Specification)
	VendorID uint16 `json:"vendor,omitempty"` // 0: not known
	DeviceID uint16 `json:"device,omitempty"`
}

// Planned is what a system will have, for as long as no host has told what it has.
func Planned(s System) Inventory {
	i := Inventory{
		SystemID:   s.ID,
		Processors: ProcessorFacts{Arch: "x86_64", Sockets: 1, Cores: s.CPUs, Threads: 1, Online: s.CPUs},
		Memory:     MemoryFacts{TotalMiB: s.MemoryMiB, ModuleMiB: 16 << 10},
		Drives:     []Drive{{Name: "vda", Bus: "virtio", Bytes: s.DiskGiB << 30}},
	}
	if s.MAC != "" {
		i.Interfaces = []Interface{{MAC: s.MAC, Model: "virtio", Network: s.Network}}
	}
	return i
}

// Expecting adds the interfaces that a system is to have beside its first one, and its host has not told of yet.
func (i Inventory) Expecting(s System) Inventory {
	told := i.Interfaces
	i.Interfaces = slices.Clone(told)
	for _, nic := range s.Machine.NICs {
		if !slices.ContainsFunc(told, func(has Interface) bool { return has.MAC == nic.MAC }) {
			i.Interfaces = append(i.Interfaces, Interface{MAC: nic.MAC, Model: "virtio", Network: nic.Network, Down: nic.Down})
		}
	}
	return i
}

// Same reports whether two looks saw the same.
func (i Inventory) Same(other Inventory) bool {
	i.At, i.Revision = other.At, other.Revision
	return reflect.DeepEqual(i, other)
}

// Inventories keeps what systems have, as their hosts saw it last.
type Inventories interface {
	// FindInventory returns the zero Inventory, but for the ID, when nothing has been reported. Whether the caller may
	// see the system is asked before, by finding it.
	FindInventory(ctx context.Context, systemID string) (Inventory, error)
}
