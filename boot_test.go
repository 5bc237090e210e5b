package hawkfish

import (
	"slices"
	"testing"

	"github.com/projectbeskar/hawkfish/schemas"
)

func TestBootChange(t *testing.T) {
	t.Parallel()
	const (
		once, disabled, continuous = schemas.BootSourceOverrideEnabledOnce, schemas.BootSourceOverrideEnabledDisabled, schemas.BootSourceOverrideEnabledContinuous
		cd, pxe, http, none        = schemas.BootSourceCd, schemas.BootSourcePxe, schemas.BootSourceUefiHttp, schemas.BootSourceNone
		uefi, legacy               = schemas.BootSourceOverrideModeUEFI, schemas.BootSourceOverrideModeLegacy
	)
	both := []schemas.BootSourceOverrideMode{legacy, uefi}
	pending := BootOverride{Enabled: continuous, Target: cd, Serial: 4}
	for name, c := range map[string]struct {
		was    BootOverride
		change BootChange
		modes  []schemas.BootSourceOverrideMode
		want   BootOverride
		faults []string
	}{
		"once":                   {BootOverride{}, BootChange{Enabled: new(once), Target: new(cd)}, both, BootOverride{Enabled: once, Target: cd, Serial: 1}, nil},
		"a target alone is once": {BootOverride{Serial: 4}, BootChange{Target: new(cd)}, nil, BootOverride{Enabled: once, Target: cd, Serial: 5}, nil},
		"a target alone keeps":   {pending, BootChange{Target: new(pxe)}, nil, BootOverride{Enabled: continuous, Target: pxe, Serial: 5}, nil},
		"how long alone keeps":   {pending, BootChange{Enabled: new(once)}, nil, BootOverride{Enabled: once, Target: cd, Serial: 5}, nil},
		"the same is another":    {pending, BootChange{Enabled: new(continuous), Target: new(cd)}, nil, BootOverride{Enabled: continuous, Target: cd, Serial: 5}, nil},
		"none":                   {pending, BootChange{Target: new(none)}, nil, BootOverride{Serial: 5}, nil},
		"disabled":               {pending, BootChange{Enabled: new(disabled)}, nil, BootOverride{Serial: 5}, nil},
		"disabled, with a target": {
			BootOverride{}, BootChange{Enabled: new(disabled), Target: new(cd)}, nil, BootOverride{}, nil,
		},
		"none, once": {BootOverride{}, BootChange{Enabled: new(once), Target: new(none)}, nil, BootOverride{}, nil},
		"mode alone": {pending, BootChange{Mode: new(uefi)}, both, pending, nil},
		"no such":    {pending, BootChange{Mode: new(uefi)}, []schemas.BootSourceOverrideMode{legacy}, pending, []string{"/b/BootSourceOverrideMode"}},
		"no target":  {BootOverride{}, BootChange{Enabled: new(once)}, nil, BootOverride{}, []string{"/b/BootSourceOverrideEnabled"}},
		"only UEFI":  {BootOverride{}, BootChange{Target: new(http)}, nil, BootOverride{}, []string{"/b/BootSourceOverrideTarget"}},
		"UEFI as well": {
			BootOverride{}, BootChange{Target: new(http), Mode: new(uefi), HTTPURI: new("http://x/y.efi")}, both,
			BootOverride{Enabled: once, Target: http, HTTPURI: "http://x/y.efi", Serial: 1}, nil,
		},
		"all at once": {
			BootOverride{}, BootChange{
				Target: new(schemas.BootSourceUefiBootNext), Enabled: new(continuous), UEFI: new("what?"), Next: new("Boot9999"), HTTPURI: new("ftp://x"),
				Order: new([]string{"Boot0001", "Boot0001", "Boot0006"}),
			}, nil, BootOverride{}, []string{
				"/b/UefiTargetBootSourceOverride", "/b/BootNext", "/b/HttpBootUri", "/b/BootOrder/1", "/b/BootOrder/2",
				"/b/BootSourceOverrideTarget", "/b/BootSourceOverrideEnabled",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := System{Network: "default", Machine: Machine{Boot: Boot{Override: c.was}}}
			var faults []string
			for _, f := range Faults(c.change.Apply(&s, "/b", c.modes)) {
				faults = append(faults, f.Property)
			}
			if !slices.Equal(faults, c.faults) {
				t.Errorf("faults: %q", faults)
			}
			if got := s.Machine.Boot.Override; c.faults == nil && got != c.want {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestDevicePathsAreRecognised(t *testing.T) {
	t.Parallel()
	for path, is := range map[string]bool{
		"PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)":       true,
		`HD(1,GPT,2F1D,0x800,0x100000)/\EFI\debian\grubx64.efi`: true,
		`\EFI\BOOT\BOOTX64.EFI`:                                 true, "": false, "what?": false, "/dev/sda": false, "Pci(0x1": false,
	} {
		if devicePath.MatchString(path) != is {
			t.Errorf("%q: not %v", path, is)
		}
	}
}

func TestBootOrder(t *testing.T) {
	t.Parallel()
	aliases := func(s System) (all []schemas.BootSource) {
		for _, o := range s.BootOrder() {
			all = append(all, o.Alias)
		}
		return all
	}
	const hdd, pxe, cd, usb, floppy = schemas.BootSourceHdd, schemas.BootSourcePxe, schemas.BootSourceCd, schemas.BootSourceUsb, schemas.BootSourceFloppy
	s := System{Network: "default"}
	if got := aliases(s); !slices.Equal(got, []schemas.BootSource{hdd, pxe, cd, usb, floppy}) {
		t.Errorf("%v", got)
	}
	s.Machine.Boot.Primary = cd
	if got := aliases(s); !slices.Equal(got, []schemas.BootSource{cd, hdd, pxe, usb, floppy}) {
		t.Errorf("%v", got)
	}
	s.Network, s.Machine.Boot.Order = "", []string{"Boot0003", "Boot0002", "Boot0001"}
	if got := aliases(s); !slices.Equal(got, []schemas.BootSource{cd, hdd}) {
		t.Errorf("%v", got)
	}
}
