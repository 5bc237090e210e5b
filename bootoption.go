package hawkfish

import (
	"cmp"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

// BootOption is something that a system can boot from (DSP0268, BootOption).
type BootOption struct {
	Reference string             // what BootOrder calls it
	Alias     schemas.BootSource // of all boot options, one has it
	Name      string
}

// bootOptions are all that systems can have. The references are kept in boot orders: they never change.
var bootOptions = []struct {
	BootOption
	fits func(m Machine, connected bool) bool
}{
	{BootOption{"Boot0001", schemas.BootSourceHdd, "Hard disk"}, always},
	{BootOption{"Boot0002", schemas.BootSourcePxe, "Network, PXE"}, hasInterface},
	{BootOption{"Boot0003", schemas.BootSourceCd, "CD or DVD"}, always},
	{BootOption{"Boot0004", schemas.BootSourceUsb, "USB stick"}, always},
	{BootOption{"Boot0005", schemas.BootSourceFloppy, "Floppy disk"}, func(m Machine, _ bool) bool {
		return m.Mode() == schemas.BootSourceOverrideModeLegacy
	}},
	{BootOption{"Boot0006", schemas.BootSourceUefiHttp, "Network, HTTP"}, func(m Machine, connected bool) bool {
		return m.Mode() == schemas.BootSourceOverrideModeUEFI && connected
	}},
}

func always(Machine, bool) bool             { return true }
func hasInterface(_ Machine, has bool) bool { return has }

// bootOptions lists what a machine can boot from with its firmware; connected: it has a network interface.
func (m Machine) bootOptions(connected bool) []BootOption {
	var options []BootOption
	for _, o := range bootOptions {
		if o.fits(m, connected) {
			options = append(options, o.BootOption)
		}
	}
	return options
}

// BootOptions lists what the system can boot from with its firmware, by reference.
func (s System) BootOptions() []BootOption { return s.Machine.bootOptions(s.Network != "") }

// BootOption finds one of the system's boot options by its reference, however it is written. NotFound.
func (s System) BootOption(reference string) (BootOption, error) {
	for _, o := range s.BootOptions() {
		if strings.EqualFold(o.Reference, reference) {
			return o, nil
		}
	}
	return BootOption{}, Missing("BootOption", reference)
}

// BootOrder is what the system tries to boot from, first to last, when nothing overrides it. Where nobody has set one, what the
// system was made for comes first, and then all others: as a server's firmware does.
func (s System) BootOrder() []BootOption { return s.Machine.bootOrder(s.Network != "") }

// BootOrder is System.BootOrder as a host sees it.
func (g Guest) BootOrder() []BootOption { return g.Machine.bootOrder(g.Network != "") }

// BootOption finds what a BootOptionReference of the guest means. NotFound.
func (g Guest) BootOption(reference string) (BootOption, error) {
	return System{Machine: g.Machine, Network: g.Network}.BootOption(reference)
}

func (m Machine) bootOrder(connected bool) []BootOption {
	options := m.bootOptions(connected)
	if order := m.Boot.Order; len(order) > 0 {
		chosen := make([]BootOption, 0, len(order))
		for _, reference := range order {
			if i := slices.IndexFunc(options, func(o BootOption) bool { return o.Reference == reference }); i >= 0 {
				chosen = append(chosen, options[i])
			}
		}
		return chosen
	}
	first := cmp.Or(m.Boot.Primary, schemas.BootSourceHdd)
	slices.SortStableFunc(options, func(a, b BootOption) int {
		return cmp.Compare(after(a.Alias, first), after(b.Alias, first))
	})
	return options
}

func after(alias, first schemas.BootSource) int {
	if alias == first {
		return 0
	}
	return 1
}
