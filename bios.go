package hawkfish

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// BiosAttribute is one setting of a system's firmware setup: a view of what the system is made of, by a name and
// values of its own (DSP0268, AttributeRegistry). It needs a boot to take effect.
type BiosAttribute struct {
	Name, Display, Help string
	Type                schemas.AttributeType // Enumeration, Integer or String
	Values              []BiosValue           // of an Enumeration
	Least, Most         int                   // of an Integer
	Default             any                   // a string or an int; nil: ResetBios leaves it alone
	Get                 func(System) any
	Set                 func(*System, any) // nil: it can only be read
}

// BiosValue is one value of an enumeration.
type BiosValue struct{ Name, Display string }

// enabled and disabled are the values of what is switched.
const (
	enabled  = "Enabled"
	disabled = "Disabled"
)

var switched = []BiosValue{{enabled, "Enabled"}, {disabled, "Disabled"}}

func onOff(on bool) string {
	if on {
		return enabled
	}
	return disabled
}

// BiosAttributes lists the attributes in the order in which a setup screen would show them.
var BiosAttributes = []BiosAttribute{
	{
		Name: "BootMode", Display: "Boot mode", Help: "The firmware: UEFI (OVMF), or a legacy BIOS (SeaBIOS).",
		Type: schemas.AttributeTypeEnumeration, Values: []BiosValue{{"Uefi", "UEFI"}, {"LegacyBios", "Legacy BIOS"}}, Default: nil,
		Get: func(s System) any { return biosModes[s.Machine.Mode()] },
		Set: func(s *System, v any) {
			s.Machine.Firmware = schemas.BootSourceOverrideModeLegacy
			if v == "Uefi" {
				s.Machine.Firmware = schemas.BootSourceOverrideModeUEFI
			}
		},
	},
	{
		Name: "PrimaryBootDevice", Display: "Primary boot device", Help: "What comes first in every boot that nothing overrides.",
		Type: schemas.AttributeTypeEnumeration, Values: []BiosValue{{"Hdd", "Hard disk"}, {"Pxe", "Network"}, {"Cd", "CD/DVD"}}, Default: "Hdd",
		Get: func(s System) any { return string(s.Machine.Boot.Primary) },
		Set: func(s *System, v any) {
			s.Machine.Boot.Primary, s.Machine.Boot.Order = schemas.BootSource(v.(string)), nil
		},
	},
	{
		Name: "NumSockets", Display: "Processor sockets", Help: "The system has sockets x cores x threads virtual CPUs.",
		Type: schemas.AttributeTypeInteger, Least: 1, Most: MaxCPUs,
		Get: func(s System) any { return s.Topology().Sockets },
		Set: func(s *System, v any) { s.setTopology(func(t *Topology) { t.Sockets = v.(int) }) },
	},
	{
		Name: "NumCores", Display: "Cores per socket", Help: "The system has sockets x cores x threads virtual CPUs.",
		Type: schemas.AttributeTypeInteger, Least: 1, Most: MaxCPUs,
		Get: func(s System) any { return s.Topology().Cores },
		Set: func(s *System, v any) { s.setTopology(func(t *Topology) { t.Cores = v.(int) }) },
	},
	{
		Name: "NumThreads", Display: "Threads per core", Help: "The system has sockets x cores x threads virtual CPUs.",
		Type: schemas.AttributeTypeInteger, Least: 1, Most: 8,
		Get: func(s System) any { return s.Topology().Threads },
		Set: func(s *System, v any) { s.setTopology(func(t *Topology) { t.Threads = v.(int) }) },
	},
	{
		Name: "ProcVirtualization", Display: "Virtualization technology",
		Help: "Whether the processors offer VMX or SVM to the guest; Auto: as the host's processor model says.",
		Type: schemas.AttributeTypeEnumeration, Values: append([]BiosValue{{auto, "Auto"}}, switched...), Default: auto,
		Get: func(s System) any {
			if s.Machine.Virtualization == "" {
				return auto
			}
			return s.Machine.Virtualization
		},
		Set: func(s *System, v any) {
			s.Machine.Virtualization = v.(string)
			if v == auto {
				s.Machine.Virtualization = ""
			}
		},
	},
	{
		Name: "SecureBoot", Display: "Secure Boot", Help: "Whether the firmware starts only what is signed. It needs the boot mode Uefi.",
		Type: schemas.AttributeTypeEnumeration, Values: switched, Default: disabled,
		Get: func(s System) any { return onOff(s.Machine.SecureBoot) },
		Set: func(s *System, v any) { s.Machine.SecureBoot = v == enabled },
	},
	{
		Name: "Tpm", Display: "Trusted Platform Module", Help: "A TPM 2.0 that is emulated (swtpm). What it holds stays while it is disabled.",
		Type: schemas.AttributeTypeEnumeration, Values: switched, Default: disabled,
		Get: func(s System) any { return onOff(s.Machine.TPM) },
		Set: func(s *System, v any) { s.Machine.TPM = v == enabled },
	},
	{
		Name: "Watchdog", Display: "Watchdog", Help: "What happens to a guest that stops feeding its watchdog (i6300esb).",
		Type: schemas.AttributeTypeEnumeration, Default: disabled,
		Values: []BiosValue{{disabled, "No watchdog"}, {"Reset", "Reset"}, {"PowerOff", "Power off"}, {"Nmi", "Non-maskable interrupt"}},
		Get: func(s System) any {
			if s.Machine.Watchdog == "" {
				return disabled
			}
			return s.Machine.Watchdog
		},
		Set: func(s *System, v any) {
			s.Machine.Watchdog = v.(string)
			if v == disabled {
				s.Machine.Watchdog = ""
			}
		},
	},
	{
		Name: "SystemClock", Display: "System clock", Help: "Whether the clock shows universal time or the host's local time.",
		Type: schemas.AttributeTypeEnumeration, Values: []BiosValue{{"Utc", "UTC"}, {"Local", "Local time"}}, Default: "Utc",
		Get: func(s System) any {
			if s.Machine.LocalTime {
				return "Local"
			}
			return "Utc"
		},
		Set: func(s *System, v any) { s.Machine.LocalTime = v == "Local" },
	},
	{
		Name: "AssetTag", Display: "Asset tag", Help: "What SMBIOS tells as the chassis' asset tag.", Type: schemas.AttributeTypeString,
		Get: func(s System) any { return s.AssetTag },
	},
	{
		Name: "SerialNumber", Display: "Serial number", Help: "What SMBIOS tells as the system's serial number.", Type: schemas.AttributeTypeString,
		Get: func(s System) any { return s.ID },
	},
}

const auto = "Auto"

var biosModes = map[schemas.BootSourceOverrideMode]string{
	schemas.BootSourceOverrideModeUEFI: "Uefi", schemas.BootSourceOverrideModeLegacy: "LegacyBios",
}

// BiosOf shows a system's attributes. Of what its guest has now ask System.Now.
func BiosOf(s System) map[string]any {
	all := make(map[string]any, len(BiosAttributes))
	for _, a := range BiosAttributes {
		all[a.Name] = a.Get(s)
	}
	return all
}

// SetBios gives a system new values of attributes, which ParseBios has checked one by one. Its error tells which of them
// do not go together.
func SetBios(s *System, values map[string]any) error {
	for _, a := range BiosAttributes {
		if v, ok := values[a.Name]; ok {
			a.Set(s, v)
		}
	}
	if s.Machine.SecureBoot && s.Machine.Mode() != schemas.BootSourceOverrideModeUEFI {
		return Refused("/Attributes/SecureBoot", enabled, "Secure Boot needs the boot mode Uefi")
	}
	if s.CPUs > MaxCPUs {
		return Refused("/Attributes/NumSockets", strconv.Itoa(s.Topology().Sockets), fmt.Sprintf("sockets x cores x threads may be %d at most", MaxCPUs))
	}
	return nil
}

// Lacks tells, by the attributes that ask for it, what of a machine the host cannot make; nil: it can make it all.
func (h Host) Lacks(m Machine) error {
	var faults []error
	refuse := func(missing bool, attribute, value, what string) {
		if missing {
			faults = append(faults, Refused("/Attributes/"+attribute, value, "the system's host has no "+what))
		}
	}
	refuse(!slices.Contains(h.Modes(), m.Mode()), "BootMode", biosModes[m.Mode()], "firmware of this mode")
	refuse(m.SecureBoot && !h.Facts.SecureBoot, "SecureBoot", enabled, "firmware with Secure Boot")
	refuse(m.TPM && !h.Facts.TPM, "Tpm", enabled, "TPM to offer (swtpm)")
	return errors.Join(faults...)
}

// BiosDefaults are the values that ResetBios sets.
func BiosDefaults() map[string]any {
	defaults := map[string]any{}
	for _, a := range BiosAttributes {
		if a.Default != nil {
			defaults[a.Name] = a.Default
		}
	}
	return defaults
}

// FindBiosAttribute returns the attribute of a name.
func FindBiosAttribute(name string) (BiosAttribute, bool) {
	i := slices.IndexFunc(BiosAttributes, func(a BiosAttribute) bool { return a.Name == name })
	if i < 0 {
		return BiosAttribute{}, false
	}
	return BiosAttributes[i], true
}

// SettingBios is the change that gives a system new values of attributes at a moment.
func SettingBios(values map[string]any, at time.Time) SystemChange {
	return func(s *System) error {
		before := s.Machine.Clone()
		cpus := s.CPUs
		if err := SetBios(s, values); err != nil {
			return err
		}
		if s.CPUs != cpus || !s.Machine.Equal(before) {
			s.Machine.BiosSetAt = at.UTC()
		}
		return nil
	}
}

// DecodeBios gives values that were kept as JSON their types again.
func DecodeBios(kept map[string]any) map[string]any {
	values := make(map[string]any, len(kept))
	for name, v := range kept {
		if n, ok := v.(float64); ok {
			v = int(n)
		}
		values[name] = v
	}
	return values
}
