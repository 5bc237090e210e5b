package libvirt

import (
	"errors"
	"slices"
	"strings"
	"testing"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// live is the domain of a guest that runs, as libvirt has started it.
func live(t *testing.T, h *Host, systemID string) (d libvirtxml.Domain) {
	t.Helper()
	id, err := parseID(systemID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := ask(t.Context(), h, func(c *conn) (string, error) {
		dom, err := c.DomainLookupByUUID(id)
		if err != nil {
			return "", err
		}
		return c.DomainGetXMLDesc(dom, golibvirt.DomainXMLFlags(0))
	})
	if err == nil {
		err = d.Unmarshal(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// What the settings of the firmware say, a real guest is started with; and it is started without it when it is taken back.
func TestSetUp(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	facts, err := h.Facts(t.Context())
	if err != nil || !facts.SecureBoot || !facts.TPM || len(facts.Firmware) != 2 {
		t.Fatalf("the host has no firmware and no TPM to test with: %+v, %v", facts, err)
	}
	g := b.provision(t, h)
	restart := func(change func(*hawkfish.Machine)) libvirtxml.Domain {
		t.Helper()
		change(&g.Machine)
		g.Machine.Generation++
		_, stopped := h.Stop(t.Context(), g.ID)
		err := errors.Join(stopped, h.Define(t.Context(), g))
		seen, started := h.Start(t.Context(), g.ID)
		if err := errors.Join(err, started); err != nil || seen.Generation != g.Machine.Generation {
			t.Fatalf("%+v %v", seen, err)
		}
		return live(t, h, g.ID)
	}

	g.CPUs = 4
	d := restart(func(m *hawkfish.Machine) {
		m.Firmware, m.SecureBoot, m.TPM = schemas.BootSourceOverrideModeUEFI, true, true
		m.Topology, m.Virtualization = hawkfish.Topology{Cores: 2, Threads: 1}, "Disabled"
		m.Watchdog, m.LocalTime = "Reset", true
	})
	if topology := d.CPU.Topology; topology.Sockets != 2*2 || topology.Cores != 2 {
		t.Errorf("%+v", topology)
	}
	without := func(d libvirtxml.Domain) bool {
		return slices.Contains(d.CPU.Features, libvirtxml.DomainCPUFeature{Policy: "disable", Name: "svm"})
	}
	if !without(d) {
		t.Errorf("%+v", d.CPU.Features)
	}
	if len(d.Devices.TPMs) != 1 || d.Devices.TPMs[0].Backend.Emulator == nil || len(d.Devices.Watchdogs) == 0 || d.Devices.Watchdogs[0].Action != "reset" {
		t.Errorf("%+v %+v", d.Devices.TPMs, d.Devices.Watchdogs)
	}
	if d.Clock.Offset != "localtime" || d.OS.Loader.Secure != "yes" || d.Features.SMM == nil {
		t.Errorf("%+v %+v", d.Clock, d.OS.Loader)
	}
	keys := d.OS.NVRam.NVRam
	if !strings.HasSuffix(keys, ".secure0.nvram") || !strings.Contains(d.OS.NVRam.Template, ".ms.") {
		t.Errorf("%+v", d.OS.NVRam)
	}

	d = restart(func(m *hawkfish.Machine) { m.SecureBootKeys = hawkfish.Keys{None: true, Resets: 1} })
	if d.OS.NVRam.NVRam == keys || strings.Contains(d.OS.NVRam.Template, ".ms.") || d.OS.Loader.Secure != "yes" {
		t.Errorf("without keys: %+v", d.OS.NVRam)
	}
	d = restart(func(m *hawkfish.Machine) {
		*m = hawkfish.Machine{Generation: m.Generation}
	})
	if len(d.Devices.TPMs) != 0 || without(d) || d.Clock.Offset != "utc" || d.OS.Firmware == "efi" || d.CPU.Topology.Cores != 4 {
		t.Errorf("%+v", d.OS)
	}
	waitForBoots(t, h, g.ID, 1)
}
