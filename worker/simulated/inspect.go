package simulated

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Inspect says what a system has. Its devices are where QEMU's would be; a guest that has booted has an address of
// 10.0.0.0/8, made of its MAC, and a name, as if its agent had told them.
func (h *Hypervisor) Inspect(ctx context.Context, systemID string) (hawkfish.Inventory, error) {
	return call(ctx, h, MethodInspect, func() (hawkfish.Inventory, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return hawkfish.Inventory{}, errClosed
		}
		s := h.systems[systemID]
		if s == nil || !s.Defined {
			return hawkfish.Inventory{}, hawkfish.Missing("ComputerSystem", systemID)
		}
		i := s.inventory()
		i.SystemID, i.At = systemID, h.now()
		if s.On && s.bootable() && time.Since(s.LastReset) >= h.guests.Boot {
			s.introduce(&i)
		}
		return i, nil
	})
}

// inventory is what the system was made with.
func (s *system) inventory() hawkfish.Inventory {
	memory := s.Guest.MemoryMiB
	if s.On {
		memory = s.MemoryMiB
	}
	i := hawkfish.Inventory{
		Guest:      hawkfish.GuestFacts{Firmware: "simulated", CPUModel: "simulated", Sockets: 1},
		Processors: hawkfish.ProcessorFacts{Arch: "x86_64", Sockets: 1, Cores: s.Guest.CPUs, Threads: 1, Online: s.Guest.CPUs},
		Memory:     hawkfish.MemoryFacts{TotalMiB: memory, ModuleMiB: 16 << 10},
	}
	if s.Guest.Network != "" && s.Guest.MAC != "" {
		const at = "0000-01-00"
		i.Interfaces = []hawkfish.Interface{{MAC: s.Guest.MAC, Model: "virtio", Network: s.Guest.Network, PCI: at + ".0"}}
		i.Devices = append(i.Devices, device(at, "virtio network adapter", 0x020000, 0x1041))
	}
	if s.Disk != nil {
		const at = "0000-02-00"
		i.Drives = []hawkfish.Drive{{Name: "vda", Bus: "virtio", Bytes: s.Disk.SizeGiB * gib, PCI: at + ".0"}}
		i.Devices = append(i.Devices, device(at, "virtio disk", 0x010000, 0x1042))
	}
	for _, device := range i.Devices {
		i.Guest.PCI = append(i.Guest.PCI, device.Address)
	}
	return i
}

// device is one of virtio's.
func device(address, name string, class uint32, id uint16) hawkfish.PCIDevice {
	return hawkfish.PCIDevice{
		Address: address, Name: name,
		Functions: []hawkfish.PCIFunction{{Class: class, VendorID: 0x1af4, DeviceID: id}},
	}
}

// introduce adds what a guest tells that has booted.
func (s *system) introduce(i *hawkfish.Inventory) {
	i.Guest.HostName = s.Guest.Name
	for n := range i.Interfaces {
		mac, err := net.ParseMAC(i.Interfaces[n].MAC)
		if err != nil || len(mac) != 6 {
			continue
		}
		address := netip.AddrFrom4([4]byte{10, mac[3], mac[4], mac[5]})
		i.Interfaces[n].Addresses = []hawkfish.InterfaceAddress{{Prefix: netip.PrefixFrom(address, 8), Leased: true}}
	}
}
