package libvirt

import (
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// rawDomain reads the devices of a domain whatever they are: what they have in common is enough to find them on the PCI bus.
type rawDomain struct {
	Devices struct {
		All []rawDevice `xml:",any"`
	} `xml:"devices"`
}

type rawDevice struct {
	XMLName xml.Name
	Type    string `xml:"type,attr"`
	Model   string `xml:"model,attr"`
	Index   string `xml:"index,attr"`
	Inner   struct {
		Type string `xml:"type,attr"`
	} `xml:"model"`
	Target struct {
		Bus string `xml:"bus,attr"`
	} `xml:"target"`
	Addresses []struct {
		Type     string `xml:"type,attr"`
		Domain   string `xml:"domain,attr"`
		Bus      string `xml:"bus,attr"`
		Slot     string `xml:"slot,attr"`
		Function string `xml:"function,attr"`
	} `xml:"address"`
}

// pciKind is what QEMU makes of a device: facts of QEMU (docs/specs/pci-ids) and of the virtio standard.
type pciKind struct {
	name           string
	class          uint32
	vendor, device uint16
	virtio         uint16 // device type of the virtio standard; 0: it is none
}

// pciKinds are the devices that guests have, by element, type and model. Others are shown without their identifiers.
var pciKinds = map[string]pciKind{
	"controller pci pcie-root-port":      {"PCI Express root port", 0x060400, 0x1b36, 0x000c, 0},
	"controller pci pcie-to-pci-bridge":  {"PCI Express to PCI bridge", 0x060400, 0x1b36, 0x000e, 0},
	"controller pci pci-bridge":          {"PCI bridge", 0x060400, 0x1b36, 0x0001, 0},
	"controller sata":                    {"SATA controller", 0x010601, 0x8086, 0x2922, 0},
	"controller ide":                     {"IDE controller", 0x010180, 0x8086, 0x7010, 0},
	"controller scsi virtio-scsi":        {"virtio SCSI controller", 0x010000, 0, 0, 8},
	"controller usb qemu-xhci":           {"USB controller", 0x0c0330, 0x1b36, 0x000d, 0},
	"controller usb piix3-uhci":          {"USB controller", 0x0c0300, 0x8086, 0x7020, 0},
	"controller usb ich9-ehci1":          {"USB controller", 0x0c0320, 0x8086, 0x293a, 0},
	"controller usb ich9-uhci1":          {"USB controller", 0x0c0300, 0x8086, 0x2934, 0},
	"controller usb ich9-uhci2":          {"USB controller", 0x0c0300, 0x8086, 0x2935, 0},
	"controller usb ich9-uhci3":          {"USB controller", 0x0c0300, 0x8086, 0x2936, 0},
	"controller virtio-serial":           {"virtio serial controller", 0x078000, 0, 0, 3},
	"disk virtio":                        {"virtio disk", 0x010000, 0, 0, 2},
	"interface virtio":                   {"virtio network adapter", 0x020000, 0, 0, 1},
	"interface e1000":                    {"Network adapter", 0x020000, 0x8086, 0x100e, 0},
	"interface e1000e":                   {"Network adapter", 0x020000, 0x8086, 0x10d3, 0},
	"interface rtl8139":                  {"Network adapter", 0x020000, 0x10ec, 0x8139, 0},
	"memballoon virtio":                  {"virtio memory balloon", 0x00ff00, 0, 0, 5},
	"memballoon virtio-non-transitional": {"virtio memory balloon", 0x00ff00, 0, 0, 5},
	"rng virtio":                         {"virtio random number generator", 0x00ff00, 0, 0, 4},
	"video vga":                          {"Display controller", 0x030000, 0x1234, 0x1111, 0},
	"video bochs":                        {"Display controller", 0x038000, 0x1234, 0x1111, 0},
	"video virtio":                       {"virtio display controller", 0x030000, 0, 0, 16},
	"video qxl":                          {"Display controller", 0x030000, 0x1b36, 0x0100, 0},
	"vsock virtio":                       {"virtio socket", 0x078000, 0, 0, 19},
	"watchdog i6300esb":                  {"Watchdog", 0x088000, 0x8086, 0x25ab, 0},
}

const virtioVendor = 0x1af4

// transitional are the identifiers of virtio devices that old drivers know, too.
var transitional = map[uint16]uint16{1: 0x1000, 2: 0x1001, 3: 0x1003, 4: 0x1005, 5: 0x1002, 8: 0x1004}

// identify returns a device's identifiers; express: its bus is a PCI Express port, where QEMU makes virtio
// devices that only new drivers know.
func (k pciKind) identify(express bool) (vendor, device uint16) {
	old, isOld := transitional[k.virtio]
	switch {
	case k.virtio == 0:
		return k.vendor, k.device
	case isOld && !express:
		return virtioVendor, old
	}
	return virtioVendor, 0x1040 + k.virtio
}

// kind is the device's key in pciKinds.
func (d rawDevice) kind() string {
	name := d.XMLName.Local
	switch name {
	case "controller":
		if _, ok := pciKinds[name+" "+d.Type]; ok {
			return name + " " + d.Type
		}
		return name + " " + d.Type + " " + d.Model
	case "disk":
		return name + " " + d.Target.Bus
	case "interface", "video":
		return name + " " + d.Inner.Type
	}
	return name + " " + d.Model
}

// pciDevices lists what is on the guest's PCI buses, in their order.
func (d rawDomain) pciDevices() []hawkfish.PCIDevice {
	express := map[uint]bool{}
	for _, x := range d.Devices.All {
		if x.XMLName.Local == "controller" && x.Type == "pci" && x.Model == "pcie-root-port" {
			if bus, err := strconv.ParseUint(x.Index, 0, 8); err == nil {
				express[uint(bus)] = true
			}
		}
	}
	found := map[string]*hawkfish.PCIDevice{}
	for _, x := range d.Devices.All {
		for _, a := range x.Addresses {
			at, ok := parsePCI(a.Domain, a.Bus, a.Slot, a.Function)
			if a.Type != "pci" || !ok {
				continue
			}
			kind := pciKinds[x.kind()]
			f := hawkfish.PCIFunction{Number: int(at.function), Class: kind.class}
			f.VendorID, f.DeviceID = kind.identify(express[at.bus])
			device := found[at.device()]
			if device == nil {
				device = &hawkfish.PCIDevice{Address: at.device()}
				found[at.device()] = device
			}
			if device.Name == "" || f.Number == 0 {
				device.Name = kind.name
			}
			device.Functions = append(device.Functions, f)
		}
	}
	all := make([]hawkfish.PCIDevice, 0, len(found))
	for _, address := range slices.Sorted(maps.Keys(found)) {
		slices.SortFunc(found[address].Functions, func(a, b hawkfish.PCIFunction) int { return a.Number - b.Number })
		all = append(all, *found[address])
	}
	return all
}

// pci is a place on a PCI bus.
type pci struct{ domain, bus, slot, function uint }

func (p pci) device() string { return fmt.Sprintf("%04x-%02x-%02x", p.domain, p.bus, p.slot) }

func parsePCI(texts ...string) (p pci, ok bool) {
	for n, at := range []*uint{&p.domain, &p.bus, &p.slot, &p.function} {
		v, err := strconv.ParseUint(texts[n], 0, 16)
		if err != nil {
			return p, false
		}
		*at = uint(v)
	}
	return p, true
}

// pciAddress names the function that a device is on: its device's address and its number. Empty: it is on no PCI bus.
func pciAddress(a *libvirtxml.DomainAddress) string {
	if a == nil || a.PCI == nil {
		return ""
	}
	var p pci
	for at, v := range map[*uint]*uint{&p.domain: a.PCI.Domain, &p.bus: a.PCI.Bus, &p.slot: a.PCI.Slot, &p.function: a.PCI.Function} {
		if v != nil {
			*at = *v
		}
	}
	return p.device() + "." + strconv.Itoa(int(p.function))
}
