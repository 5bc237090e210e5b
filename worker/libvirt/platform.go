package libvirt

import (
	"context"
	"fmt"
	"slices"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// platform is what kind of machine the host can make.
type platform struct {
	hostUUID   string // tells its machine from others
	arch       string // "x86_64"
	cpuModel   string // the host's own
	cpuVendor  string // "Intel" or "AMD"
	hypervisor string // "QEMU 7.2.22, libvirt 9.0.0"
	software   []hawkfish.Software

	machine    string // "q35" or "pc"
	domainType string // "kvm" or "qemu"
	cpu        string // see Config.CPU
}

// machines are the machine types that guests are given, best first.
var machines = []string{"q35", "pc"}

// defaultCPUs is the CPU of guests, by domain type. qemu64 is what every QEMU can emulate.
var defaultCPUs = map[string]string{"kvm": "host-passthrough", "qemu": "qemu64"}

// getPlatform asks the host, once for every libvirtd: the first answer takes it
// a second, because it starts every QEMU that it finds.
func (h *Host) getPlatform(ctx context.Context) (platform, error) {
	unlock, err := h.locks.lock(ctx, "platform")
	if err != nil {
		return platform{}, fault(err, "", "")
	}
	defer unlock()
	h.probed.Lock()
	known := h.platform
	h.probed.Unlock()
	if known != nil {
		return *known, nil
	}
	p, err := work(ctx, h, h.detect)
	if err == nil {
		h.probed.Lock()
		h.platform = &p
		h.probed.Unlock()
	}
	return p, err
}

// forgetPlatform makes the next question go to libvirtd, which may be a new one.
func (h *Host) forgetPlatform() {
	h.probed.Lock()
	defer h.probed.Unlock()
	h.platform = nil
}

func (h *Host) detect(c *conn) (platform, error) {
	doc, err := c.ConnectGetCapabilities()
	if err != nil {
		return platform{}, err
	}
	var caps libvirtxml.Caps
	if err := caps.Unmarshal(doc); err != nil {
		return platform{}, fmt.Errorf("capabilities: %w", err)
	}
	if caps.Host.CPU == nil {
		return platform{}, unsupported("its libvirt does not know its CPU")
	}
	p := platform{hostUUID: caps.Host.UUID, arch: caps.Host.CPU.Arch, cpuModel: orDefault(caps.Host.CPU.Model, caps.Host.CPU.Arch), cpuVendor: caps.Host.CPU.Vendor}
	guest := guestOf(caps, p.arch)
	if guest == nil {
		return platform{}, unsupported("it has no QEMU for " + p.arch)
	}
	for _, m := range machines {
		if slices.ContainsFunc(guest.Machines, func(g libvirtxml.CapsGuestMachine) bool { return g.Name == m }) {
			p.machine = m
			break
		}
	}
	if p.machine == "" {
		return platform{}, unsupported("its QEMU makes no PC")
	}
	if p.software, err = hypervisorSoftware(c); err != nil {
		return platform{}, err
	}
	p.hypervisor = spelled(p.software)
	return h.accelerate(c, p, guest, virtualises(*caps.Host.CPU))
}

// virtualises reports whether the host's CPU can run guests itself. Where it
// cannot, /dev/kvm may be a paravirtual KVM, which interprets what is not a kernel
// made for it: ordinary guests crawl, or hang. Of an AMD CPU libvirt does not say:
// its models include the feature.
func virtualises(cpu libvirtxml.CapsHostCPU) bool {
	return cpu.Vendor != "Intel" || slices.ContainsFunc(cpu.FeatureFlags, func(f libvirtxml.CapsHostCPUFeatureFlag) bool {
		return f.Name == "vmx"
	})
}

// accelerate chooses the domain type and the CPU.
func (h *Host) accelerate(c *conn, p platform, guest *libvirtxml.CapsGuestArch, virtualises bool) (platform, error) {
	offered := func(domainType string) bool {
		return slices.ContainsFunc(guest.Domains, func(d libvirtxml.CapsGuestDomain) bool { return d.Type == domainType })
	}
	for _, domainType := range []string{"kvm", "qemu"} {
		if !offered(domainType) || h.cfg.DomainType != "" && h.cfg.DomainType != domainType {
			continue
		}
		p.domainType = domainType
		p.cpu = orDefault(h.cfg.CPU, defaultCPUs[domainType])
		if domainType == "qemu" || h.cfg.DomainType != "" {
			return p, nil
		}
		if !virtualises {
			h.log.Warn("the host's KVM is paravirtual; guests are emulated", "cpu", p.cpuModel)
			continue
		}
		// What libvirt says of KVM may not hold: a nested one may refuse the CPU.
		err := h.tryOut(c, p)
		if err == nil || c.isLost() {
			return p, err
		}
		h.log.Warn("guests do not start with KVM and are emulated", "cpu", p.cpu, "error", err)
	}
	return platform{}, unsupported("it offers no domain type " + orDefault(h.cfg.DomainType, "kvm or qemu"))
}

// tryOut starts the smallest guest there is, paused, and removes it.
func (h *Host) tryOut(c *conn, p platform) error {
	id := uuid.New()
	doc, err := trialXML(id.String(), p)
	if err != nil {
		return err
	}
	dom, err := c.DomainCreateXML(doc, golibvirt.DomainStartPaused|golibvirt.DomainStartAutodestroy)
	if err != nil {
		return err
	}
	return c.DomainDestroyFlags(dom, golibvirt.DomainDestroyDefault)
}

func guestOf(caps libvirtxml.Caps, arch string) *libvirtxml.CapsGuestArch {
	for i, g := range caps.Guests {
		if g.OSType == "hvm" && g.Arch.Name == arch {
			return &caps.Guests[i].Arch
		}
	}
	return nil
}

func unsupported(why string) error {
	return &hawkfish.Error{Kind: hawkfish.Unsupported, Message: "the host cannot run guests: " + why}
}
