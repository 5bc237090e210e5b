package libvirt

import (
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// setUp gives a guest what the settings of its firmware say (hawkfish.BiosAttributes).
func setUp(d *libvirtxml.Domain, g hawkfish.Guest, p platform) {
	m := g.Machine
	t := hawkfish.TopologyOf(g.CPUs, m.Topology)
	d.CPU.Topology = &libvirtxml.DomainCPUTopology{Sockets: t.Sockets, Cores: t.Cores, Threads: t.Threads}
	if policy := featurePolicies[m.Virtualization]; policy != "" {
		d.CPU.Features = append(d.CPU.Features, libvirtxml.DomainCPUFeature{Policy: policy, Name: p.virtualization()})
	}
	if m.TPM {
		d.Devices.TPMs = []libvirtxml.DomainTPM{{
			Model:   "tpm-crb",
			Backend: &libvirtxml.DomainTPMBackend{Emulator: &libvirtxml.DomainTPMBackendEmulator{Version: "2.0"}},
		}}
	}
	if action := watchdogActions[m.Watchdog]; action != "" {
		d.Devices.Watchdogs = []libvirtxml.DomainWatchdog{{Model: "i6300esb", Action: action}}
	}
	if m.LocalTime {
		d.Clock.Offset = "localtime"
	}
}

var featurePolicies = map[string]string{"Enabled": "require", "Disabled": "disable"}

var watchdogActions = map[string]string{"Reset": "reset", "PowerOff": "poweroff", "Nmi": "inject-nmi"}

// virtualization is the CPU feature by which guests have guests of their own. QEMU emulates AMD's.
func (p platform) virtualization() string {
	if p.domainType == "kvm" && p.cpuVendor == "Intel" {
		return "vmx"
	}
	return "svm"
}
