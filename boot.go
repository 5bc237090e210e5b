package hawkfish

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/projectbeskar/hawkfish/schemas"
)

// BootChange is a change of what a system boots from (DSP0268, ComputerSystem.Boot); nil: it stays.
type BootChange struct {
	Enabled *schemas.BootSourceOverrideEnabled
	Target  *schemas.BootSource
	Mode    *schemas.BootSourceOverrideMode // the firmware, from the next boot on
	UEFI    *string                         // device path; empty: none
	Next    *string                         // BootOptionReference; empty: none
	HTTPURI *string                         // empty: DHCP says it
	Order   *[]string                       // BootOptionReferences; empty: as it was made
}

// bootSource says what a source asks of a system. The zero one asks nothing.
type bootSource struct {
	only  schemas.BootSourceOverrideMode // the firmware that can; empty: both
	once  bool                           // it cannot be for longer
	lacks func(s System) string          // says what is missing
}

// bootSources are what an override can name.
var bootSources = map[schemas.BootSource]bootSource{
	schemas.BootSourceNone:      {},
	schemas.BootSourceHdd:       {},
	schemas.BootSourceCd:        {},
	schemas.BootSourceUsb:       {},
	schemas.BootSourceFloppy:    {only: schemas.BootSourceOverrideModeLegacy}, // OVMF has no driver for it
	schemas.BootSourcePxe:       {lacks: noInterface},
	schemas.BootSourceBiosSetup: {once: true}, // a system that always stops there is of no use
	schemas.BootSourceUefiHttp:  {only: schemas.BootSourceOverrideModeUEFI, lacks: noInterface},
	schemas.BootSourceUefiTarget: {only: schemas.BootSourceOverrideModeUEFI, lacks: func(s System) string {
		return unless(s.Machine.Boot.Override.UEFI != "", "UefiTargetBootSourceOverride does not say from which device")
	}},
	schemas.BootSourceUefiBootNext: {only: schemas.BootSourceOverrideModeUEFI, once: true, lacks: func(s System) string {
		return unless(s.Machine.Boot.Override.Next != "", "BootNext does not say which option")
	}},
}

func noInterface(s System) string {
	return unless(s.Network != "", "the system has no network interface")
}

func unless(is bool, why string) string {
	if is {
		return ""
	}
	return why
}

// BootTargets lists what an override can name, in the order of the standard. Some need UEFI, some Legacy.
func BootTargets() []schemas.BootSource {
	var known []schemas.BootSource
	for _, v := range schemas.BootSource("").Values() {
		if _, ok := bootSources[schemas.BootSource(v)]; ok {
			known = append(known, schemas.BootSource(v))
		}
	}
	return known
}

// Mode is the firmware that the system boots with next.
func (m Machine) Mode() schemas.BootSourceOverrideMode {
	if m.Firmware == "" {
		return schemas.BootSourceOverrideModeLegacy
	}
	return m.Firmware
}

// Apply changes what a system boots from. modes are the firmware that its host has; nil: that is not known. Everything
// wrong with the change is in the error at once (Faults), with properties below at.
//
// None and Disabled say the same, and the one brings the other. A target without BootSourceOverrideEnabled holds once, or as long as the
// one before it. Each change of the override is a new one, also when it asks for the same.
func (c BootChange) Apply(s *System, at string, modes []schemas.BootSourceOverrideMode) error {
	var faults []error
	refuse := func(property, value, why string) { faults = append(faults, Refused(at+property, value, why)) }
	b := &s.Machine.Boot
	o := &b.Override
	if c.Mode != nil {
		s.Machine.Firmware = *c.Mode
		if modes != nil && !slices.Contains(modes, *c.Mode) {
			refuse("/BootSourceOverrideMode", string(*c.Mode), "the system's host has no firmware of this mode")
		}
		if s.Machine.SecureBoot && s.Machine.Mode() != schemas.BootSourceOverrideModeUEFI {
			refuse("/BootSourceOverrideMode", string(*c.Mode), "Secure Boot is on, which needs UEFI")
		}
	}
	c.values(s, refuse)
	if c.Order != nil {
		b.Order = slices.Clone(*c.Order)
		c.checkOrder(*s, refuse)
	}
	was := *o
	c.override(o)
	if c.Enabled != nil && *c.Enabled != schemas.BootSourceOverrideEnabledDisabled && c.Target == nil && o.target() == schemas.BootSourceNone {
		refuse("/BootSourceOverrideEnabled", string(*c.Enabled), "no BootSourceOverrideTarget says what to boot from")
	}
	if o.Active() {
		c.check(*s, refuse)
	}
	if c.touchesOverride() && (o.Active() || was.Active()) {
		o.Serial++
	}
	return errors.Join(faults...)
}

func (c BootChange) touchesOverride() bool {
	return c.Enabled != nil || c.Target != nil || c.UEFI != nil || c.Next != nil || c.HTTPURI != nil
}

// values takes over what targets refer to.
func (c BootChange) values(s *System, refuse func(property, value, why string)) {
	o := &s.Machine.Boot.Override
	if c.UEFI != nil {
		if o.UEFI = *c.UEFI; o.UEFI != "" && !devicePath.MatchString(o.UEFI) {
			refuse("/UefiTargetBootSourceOverride", o.UEFI, `it must be a UEFI device path, such as "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)" or "\EFI\BOOT\BOOTX64.EFI"`)
		}
	}
	if c.Next != nil {
		if o.Next = *c.Next; o.Next != "" && !slices.ContainsFunc(s.BootOptions(), func(b BootOption) bool { return b.Reference == o.Next }) {
			refuse("/BootNext", o.Next, "the system has no such boot option")
		}
	}
	if c.HTTPURI != nil {
		if o.HTTPURI = *c.HTTPURI; o.HTTPURI != "" && !httpURI(o.HTTPURI) {
			refuse("/HttpBootUri", o.HTTPURI, "it must be an http or https URI with a host, without user and password")
		}
	}
}

// devicePath is the text of a UEFI device path (UEFI 2.10, 10.6), or of a file for which the firmware finds the device.
var devicePath = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9]*\([^()]*\)(/[A-Za-z][A-Za-z0-9]*\([^()]*\))*(/\\[^/]+)?|\\[^/]+)$`)

func httpURI(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

// override takes over the override itself.
func (c BootChange) override(o *BootOverride) {
	if c.Target != nil {
		o.Target = *c.Target
	}
	if c.Enabled != nil {
		o.Enabled = *c.Enabled
	}
	off := o.Enabled == "" || o.Enabled == schemas.BootSourceOverrideEnabledDisabled
	switch {
	case c.Enabled == nil && c.Target != nil && off && o.target() != schemas.BootSourceNone:
		o.Enabled = schemas.BootSourceOverrideEnabledOnce
	case off || o.target() == schemas.BootSourceNone:
		o.Enabled, o.Target = "", ""
	}
}

func (o BootOverride) target() schemas.BootSource {
	if o.Target == "" {
		return schemas.BootSourceNone
	}
	return o.Target
}

// check finds what keeps the system from booting from the override.
func (c BootChange) check(s System, refuse func(property, value, why string)) {
	o := s.Machine.Boot.Override
	source, known := bootSources[o.Target]
	property, value := "/BootSourceOverrideTarget", string(o.Target)
	if c.Target == nil && c.Mode != nil { // it is the mode that does not fit
		property, value = "/BootSourceOverrideMode", string(*c.Mode)
	}
	switch {
	case !known:
		refuse(property, value, "systems do not boot from it")
		return
	case source.only != "" && source.only != s.Machine.Mode():
		refuse(property, value, fmt.Sprintf("%s needs BootSourceOverrideMode %s", o.Target, source.only))
	}
	if source.lacks != nil {
		if why := source.lacks(s); why != "" {
			refuse("/BootSourceOverrideTarget", string(o.Target), why)
		}
	}
	if source.once && o.Enabled != schemas.BootSourceOverrideEnabledOnce {
		refuse("/BootSourceOverrideEnabled", string(o.Enabled), string(o.Target)+" can only be for one boot")
	}
}

// checkOrder finds what is wrong with a boot order.
func (c BootChange) checkOrder(s System, refuse func(property, value, why string)) {
	options := s.BootOptions()
	for i, reference := range s.Machine.Boot.Order {
		property := "/BootOrder/" + strconv.Itoa(i)
		switch {
		case !slices.ContainsFunc(options, func(b BootOption) bool { return b.Reference == reference }):
			refuse(property, reference, "the system has no such boot option")
		case slices.Contains(s.Machine.Boot.Order[:i], reference):
			refuse(property, reference, "it is there already")
		}
	}
}
