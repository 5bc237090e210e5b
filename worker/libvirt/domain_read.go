package libvirt

import (
	"slices"
	"strings"

	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// machineIn reads what HawkFish has words for in the description of a domain that it has not made. What it reads is what amend
// finds to be so already.
func machineIn(d *libvirtxml.Domain, p platform) hawkfish.Machine {
	m := hawkfish.Machine{
		Firmware: schemas.BootSourceOverrideModeLegacy, Topology: topologyOf(d), TPM: len(d.Devices.TPMs) > 0,
		Watchdog: watchdogOf(d), LocalTime: localTime(d), NICs: nicsIn(d),
	}
	if isUEFI(d.OS) {
		m.Firmware, m.SecureBoot = schemas.BootSourceOverrideModeUEFI, isSecure(d.OS)
	}
	if d.CPU != nil {
		for _, f := range d.CPU.Features {
			for word, policy := range featurePolicies {
				if f.Name == p.virtualization() && f.Policy == policy {
					m.Virtualization = word
				}
			}
		}
	}
	tried := distinct(sourcesOf(d))
	m.Boot = bootOf(m, tried, len(d.Devices.Interfaces) > 0)
	m.Adopted = &hawkfish.Adopted{Domain: d.Name, Boot: m.Boot, Sources: tried, Fixed: fixedIn(d)}
	return m
}

// bootOf says in references of boot options what a domain tries to boot from.
func bootOf(m hawkfish.Machine, tried []schemas.BootSource, connected bool) hawkfish.Boot {
	s := hawkfish.System{Machine: m}
	if connected {
		s.Network = "some"
	}
	boot := hawkfish.Boot{Primary: schemas.BootSourceHdd}
	if len(tried) > 0 {
		boot.Primary = tried[0]
	}
	for _, source := range tried {
		for _, o := range s.BootOptions() {
			if o.Alias == source {
				boot.Order = append(boot.Order, o.Reference)
			}
		}
	}
	return boot
}

func isUEFI(os *libvirtxml.DomainOS) bool {
	return os.Firmware == "efi" || os.Loader != nil && (os.Loader.Type == "pflash" || strings.Contains(strings.ToUpper(os.Loader.Path), "OVMF"))
}

func isSecure(os *libvirtxml.DomainOS) bool {
	if os.FirmwareInfo != nil {
		for _, f := range os.FirmwareInfo.Features {
			if f.Name == "secure-boot" {
				return f.Enabled == "yes"
			}
		}
	}
	return os.Loader != nil && os.Loader.Secure == "yes"
}

// fixedIn lists the numbers of which a description says more than HawkFish could change with them.
func fixedIn(d *libvirtxml.Domain) []string {
	var fixed []string
	cells := d.CPU != nil && d.CPU.Numa != nil
	if cells || d.CPUTune != nil && (len(d.CPUTune.VCPUSched) > 0 || len(d.CPUTune.CacheTune) > 0 || len(d.CPUTune.MemoryTune) > 0) {
		fixed = append(fixed, "CPUs")
	}
	if cells || d.MaximumMemory != nil || len(d.Devices.Memorydevs) > 0 {
		fixed = append(fixed, "MemoryMiB")
	}
	return fixed
}

func cpusOf(d *libvirtxml.Domain) int {
	if d.VCPU.Current != 0 {
		return int(d.VCPU.Current)
	}
	return int(d.VCPU.Value)
}

func memoryOf(d *libvirtxml.Domain) int64 {
	return int64(d.Memory.Value) * kibs[d.Memory.Unit] >> 10
}

func hasTopology(d *libvirtxml.Domain) bool { return d.CPU != nil && d.CPU.Topology != nil }

// topologyOf is how the CPUs are arranged, as far as HawkFish has words for it; the zero one: it has not, or nothing says it.
func topologyOf(d *libvirtxml.Domain) hawkfish.Topology {
	if !hasTopology(d) || d.CPU.Topology.Dies > 1 || d.CPU.Topology.Clusters > 1 || d.VCPU.Current != 0 {
		return hawkfish.Topology{}
	}
	return hawkfish.Topology{Cores: max(1, d.CPU.Topology.Cores), Threads: max(1, d.CPU.Topology.Threads)}
}

// laidOut is how many CPUs a topology has room for.
func laidOut(t *libvirtxml.DomainCPUTopology) int {
	return max(1, t.Sockets) * max(1, t.Dies) * max(1, t.Clusters) * max(1, t.Cores) * max(1, t.Threads)
}

func watchdogOf(d *libvirtxml.Domain) string {
	for _, w := range d.Devices.Watchdogs {
		for word, action := range watchdogActions {
			if w.Action == action {
				return word
			}
		}
	}
	return ""
}

func localTime(d *libvirtxml.Domain) bool { return d.Clock != nil && d.Clock.Offset == "localtime" }

// bootDevices are the names that libvirt has for kinds of devices ("Operating system booting").
var bootDevices = map[string]schemas.BootSource{
	"hd": schemas.BootSourceHdd, "cdrom": schemas.BootSourceCd, "network": schemas.BootSourcePxe, "fd": schemas.BootSourceFloppy,
}

// sourcesOf is what a domain tries to boot from, by its devices or, where they do not say it, by their kinds.
func sourcesOf(d *libvirtxml.Domain) []schemas.BootSource {
	devices := slices.DeleteFunc(bootable(d), func(one device) bool { return *one.boot == nil })
	slices.SortStableFunc(devices, func(a, b device) int { return int((*a.boot).Order) - int((*b.boot).Order) })
	var order []schemas.BootSource
	for _, one := range devices {
		order = append(order, one.alias)
	}
	if len(order) > 0 {
		return order
	}
	for _, b := range d.OS.BootDevices {
		order = append(order, bootDevices[b.Dev])
	}
	if len(order) == 0 {
		return []schemas.BootSource{schemas.BootSourceHdd} // which libvirt takes for granted
	}
	return order
}
