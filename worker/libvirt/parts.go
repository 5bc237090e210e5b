package libvirt

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish/schemas"
)

// shape names what of a definition only a boot can give a guest, and spells out the parts that it may be given while it runs.
// The media in its drives are left out, and what libvirt has chosen: where devices are, and of which version the machine is.
func shape(d *libvirtxml.Domain) (string, error) {
	bare := *d
	bare.Metadata, bare.VCPU, bare.Memory, bare.CurrentMemory = nil, nil, nil, nil
	if d.CPU != nil {
		cpu := *d.CPU
		cpu.Topology = nil
		bare.CPU = &cpu
	}
	chip, kind := *d.OS, *d.OS.Type
	kind.Machine = familyOf(kind.Machine)
	chip.Type, bare.OS = &kind, &chip
	devices := *d.Devices
	devices.Interfaces, devices.Controllers = nil, nil
	devices.Disks, devices.Videos, devices.RNGs = slices.Clone(devices.Disks), slices.Clone(devices.Videos), slices.Clone(devices.RNGs)
	if devices.MemBalloon != nil {
		balloon := *devices.MemBalloon
		devices.MemBalloon = &balloon
	}
	for _, at := range addresses(&devices) {
		*at = nil
	}
	for i := range devices.Disks {
		if alias := aliasOf(devices.Disks[i]); alias != schemas.BootSourceHdd { // the disk of cloud-init counts as one
			devices.Disks[i].Source = nil
		}
	}
	bare.Devices = &devices
	text, err := bare.Marshal()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(text))
	return partsOf(d).with(hex.EncodeToString(sum[:8])), nil
}

// familyOf is the machine that a version is of.
func familyOf(machine string) string {
	for _, family := range machines {
		if sameMachine(machine, family) {
			return family
		}
	}
	return machine
}

// parts are what of a guest may be changed while it runs.
type parts struct {
	CPUs       uint       `json:"cpus"`
	MemoryMiB  uint       `json:"memory_mib"`
	Topology   string     `json:"topology,omitempty"` // of the CPUs; empty: one socket that holds all of them
	Interfaces []nicParts `json:"interfaces,omitempty"`
}

type nicParts struct {
	MAC     string `json:"mac"`
	Network string `json:"network"`
	Down    bool   `json:"down,omitempty"`
	Boot    uint   `json:"boot,omitempty"` // its rank
}

func partsOf(d *libvirtxml.Domain) parts {
	p := parts{CPUs: orDefault(d.VCPU.Current, d.VCPU.Value), MemoryMiB: uint(memoryOf(d))}
	if d.CPU != nil && d.CPU.Topology != nil {
		if t := d.CPU.Topology; t.Threads != 1 || t.Cores != int(p.CPUs) {
			p.Topology = fmt.Sprintf("%dx%d", t.Cores, t.Threads)
		}
	}
	for _, nic := range d.Devices.Interfaces {
		var part nicParts
		if nic.MAC != nil {
			part.MAC = strings.ToLower(nic.MAC.Address)
		}
		if nic.Source != nil && nic.Source.Network != nil {
			part.Network = nic.Source.Network.Network
		}
		part.Down = nic.Link != nil && nic.Link.State == "down"
		if nic.Boot != nil {
			part.Boot = nic.Boot.Order
		}
		p.Interfaces = append(p.Interfaces, part)
	}
	return p
}

// device describes an interface to libvirt.
func (n nicParts) device() libvirtxml.DomainInterface {
	nic := libvirtxml.DomainInterface{
		Source: &libvirtxml.DomainInterfaceSource{Network: &libvirtxml.DomainInterfaceSourceNetwork{Network: n.Network}},
		Model:  &libvirtxml.DomainInterfaceModel{Type: "virtio"},
	}
	if n.MAC != "" {
		nic.MAC = &libvirtxml.DomainInterfaceMAC{Address: n.MAC}
	}
	if n.Down {
		nic.Link = &libvirtxml.DomainInterfaceLink{State: "down"}
	}
	if n.Boot > 0 {
		nic.Boot = &libvirtxml.DomainDeviceBoot{Order: n.Boot}
	}
	return nic
}

// with is a shape with other parts.
func (p parts) with(rest string) string {
	text, _ := json.Marshal(p) // it is plain values
	return rest + " " + string(text)
}

// parseShape takes a shape apart. One without parts is of an earlier version.
func parseShape(shape string) (rest string, p parts, ok bool) {
	rest, text, ok := strings.Cut(shape, " ")
	return rest, p, ok && json.Unmarshal([]byte(text), &p) == nil
}

// mostRoom is how many CPUs a guest may have for whose growth there is room; QEMU's machines have it for some more.
const mostRoom = 240

// leaveRoom lets a guest have twice its CPUs while it runs. The room is sockets that are empty: the guest's firmware shows
// no more than there is, and an operating system reserves next to nothing for them.
func leaveRoom(d *libvirtxml.Domain) {
	cpus := d.VCPU.Value
	if 2*cpus > mostRoom {
		return
	}
	d.VCPU.Current, d.VCPU.Value = cpus, 2*cpus
	topology := *d.CPU.Topology
	topology.Sockets *= 2
	d.CPU.Topology = &topology
}

// ports are how many PCI Express ports a new guest has: its first devices take six, and firmware has room for no more than
// sixteen, each with a window of 4 KiB of the 64 KiB of I/O addresses.
const ports = 11

// leavePorts lets a new guest be given devices while it runs. libvirt alone would leave one port free. A machine of the other
// kind has slots enough.
func leavePorts(d *libvirtxml.Domain) {
	if familyOf(d.OS.Type.Machine) != "q35" {
		return
	}
	for i := range uint(ports) {
		index := i + 1
		d.Devices.Controllers = append(d.Devices.Controllers, libvirtxml.DomainController{Type: "pci", Index: &index, Model: "pcie-root-port"})
	}
}
