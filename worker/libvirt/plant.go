package libvirt

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"path"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/uefi"
	"github.com/projectbeskar/hawkfish/schemas"
)

// What has no rank among a guest's devices, UEFI firmware is told by its variables, while the guest is off: BootNext for one boot
// from a device path or from HTTP, OsIndications for its setup (UEFI 2.10, 3.3 and 8.5.4). The firmware itself consumes them.

// ourOption is the number of the boot option that BootNext leads to. It is in no boot order.
const ourOption, ourOptionName = 0x4846, "Boot4846"

// bootToSetup is EFI_OS_INDICATIONS_BOOT_TO_FW_UI.
const bootToSetup = 1

// planted reports whether a target is planted among the firmware's variables.
func planted(o hawkfish.BootOverride, d *libvirtxml.Domain) bool {
	switch o.Target {
	case schemas.BootSourceUefiTarget, schemas.BootSourceUefiHttp:
		return true
	case schemas.BootSourceBiosSetup:
		return d.OS.NVRam != nil
	}
	return false
}

// plant writes an override into the variables of a guest's firmware. The mark says so before it is done.
func (h *Host) plant(ctx context.Context, g guest, d *libvirtxml.Domain, o hawkfish.BootOverride) error {
	if m, _ := h.registry.read(g.record); m.Adopted != "" {
		return &hawkfish.Error{Kind: hawkfish.Unsupported, Message: "the variables of an adopted system's firmware are its own"}
	}
	if d.OS.NVRam == nil {
		return hawkfish.Refused("/Boot/BootSourceOverrideTarget", string(o.Target), "the system's firmware is not UEFI")
	}
	value, err := optionOf(o)
	if err != nil {
		return err
	}
	if err := h.ensureVariables(g.c, d); err != nil {
		return err
	}
	if m, _ := h.registry.read(g.record); !m.Planted {
		h.registry.change(g.record, func(m *mark) { m.Planted = true })
		if err := h.save(g.c, g.Domain, g.record); err != nil {
			return err
		}
	}
	return h.editVariables(ctx, g.c, d, func(v *uefi.Variables) error {
		if value == nil {
			return v.Set(uefi.Global, "OsIndications", binary.LittleEndian.AppendUint64(nil, indications(v)|bootToSetup))
		}
		return errors.Join(
			v.Set(uefi.Global, ourOptionName, value),
			v.Set(uefi.Global, "BootNext", binary.LittleEndian.AppendUint16(nil, ourOption)),
		)
	})
}

// weed takes back what was planted for a boot that never came. What the guest has set for itself is left alone.
func (h *Host) weed(ctx context.Context, g guest) error {
	d, err := describe(g.c, g.Domain)
	if err != nil || d.OS.NVRam == nil {
		return err
	}
	err = h.editVariables(ctx, g.c, d, func(v *uefi.Variables) error {
		if next, _ := v.Get(uefi.Global, "BootNext"); bytes.Equal(next, binary.LittleEndian.AppendUint16(nil, ourOption)) {
			v.Delete(uefi.Global, "BootNext")
		}
		if now := indications(v); now&bootToSetup != 0 {
			return v.Set(uefi.Global, "OsIndications", binary.LittleEndian.AppendUint64(nil, now&^bootToSetup))
		}
		return nil
	})
	if err == nil {
		h.registry.change(g.record, func(m *mark) { m.Planted = false })
		err = h.save(g.c, g.Domain, g.record)
	}
	return err
}

// optionOf is the boot option of an override; nil: it is the setup.
func optionOf(o hawkfish.BootOverride) ([]byte, error) {
	switch o.Target {
	case schemas.BootSourceBiosSetup:
		return nil, nil
	case schemas.BootSourceUefiHttp:
		return uefi.LoadOption("HawkFish HTTP", uefi.URI(o.HTTPURI)), nil
	}
	device, err := uefi.DevicePath(o.UEFI)
	if err != nil {
		return nil, hawkfish.Refused("/Boot/UefiTargetBootSourceOverride", o.UEFI, err.Error())
	}
	return uefi.LoadOption("HawkFish", device), nil
}

func indications(v *uefi.Variables) uint64 {
	if now, ok := v.Get(uefi.Global, "OsIndications"); ok && len(now) == 8 {
		return binary.LittleEndian.Uint64(now)
	}
	return 0
}

// ensureVariables makes a guest's variables where it has never run. Only libvirt finds the template, which it copies when it
// starts a guest: another one, that is never let run.
func (h *Host) ensureVariables(c *conn, d *libvirtxml.Domain) error {
	p, err := h.openDisks(c)
	if err != nil {
		return err
	}
	if _, ok, err := p.fileOf(c, d); ok || err != nil {
		return err
	}
	id := uuid.NewString()
	os := *d.OS
	os.SMBios, os.BootMenu = nil, nil
	trial := libvirtxml.Domain{
		Type: d.Type, Name: "hawkfish-trial-" + id[:8], UUID: id, OS: &os, Features: d.Features,
		Memory: &libvirtxml.DomainMemory{Value: 16, Unit: "MiB"}, VCPU: &libvirtxml.DomainVCPU{Value: 1},
		Devices: &libvirtxml.DomainDeviceList{MemBalloon: &libvirtxml.DomainMemBalloon{Model: "none"}},
	}
	if d.CPU != nil {
		cpu := *d.CPU
		cpu.Topology = nil
		trial.CPU = &cpu
	}
	doc, err := trial.Marshal()
	if err != nil {
		return err
	}
	dom, err := c.DomainCreateXML(doc, golibvirt.DomainStartPaused|golibvirt.DomainStartAutodestroy)
	if err != nil {
		return err
	}
	return c.DomainDestroyFlags(dom, golibvirt.DomainDestroyDefault)
}

// fileOf finds the volume of a guest's variables.
func (p pool) fileOf(c *conn, d *libvirtxml.Domain) (vol golibvirt.StorageVol, ok bool, err error) {
	name := path.Base(d.OS.NVRam.NVRam)
	vol, err = c.StorageVolLookupByName(p.StoragePool, name)
	if isCode(err, golibvirt.ErrNoStorageVol) { // libvirt may have made it as a file
		if err = p.refresh(c); err == nil {
			vol, err = c.StorageVolLookupByName(p.StoragePool, name)
		}
	}
	if isCode(err, golibvirt.ErrNoStorageVol) {
		return vol, false, nil
	}
	return vol, err == nil, err
}

// editVariables changes the variables of a guest that is off. Each edit is one write, and leaves the variables valid.
func (h *Host) editVariables(ctx context.Context, c *conn, d *libvirtxml.Domain, change func(*uefi.Variables) error) error {
	ctx, cancel := context.WithTimeout(ctx, h.cfg.SlowDeadline)
	defer cancel()
	p, err := h.openDisks(c)
	if err != nil {
		return err
	}
	vol, ok, err := p.fileOf(c, d)
	if err != nil || !ok {
		return err
	}
	_, size, _, err := c.StorageVolGetInfo(vol)
	if err != nil {
		return err
	}
	flash, err := h.download(ctx, vol, 0, size)
	if err != nil {
		return err
	}
	v, err := uefi.Open(flash)
	if err != nil {
		return &hawkfish.Error{Kind: hawkfish.Unsupported, Message: "the firmware's variables cannot be read: " + err.Error()}
	}
	if err := change(v); err != nil {
		return &hawkfish.Error{Kind: hawkfish.Exhausted, Message: err.Error()}
	}
	for _, e := range v.Edits() {
		if err := h.overwrite(ctx, vol, uint64(e.Offset), e.Data); err != nil {
			return err
		}
	}
	return nil
}

// overwrite writes a part of a volume (virStorageVolUpload).
func (h *Host) overwrite(ctx context.Context, vol golibvirt.StorageVol, offset uint64, data []byte) error {
	c, err := h.conns.dial(ctx)
	if err != nil {
		return hawkfish.Down("libvirt", err)
	}
	defer c.close()
	defer context.AfterFunc(ctx, c.close)()
	err = c.StorageVolUpload(vol, bytes.NewReader(data), offset, uint64(len(data)), 0)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return err
}
