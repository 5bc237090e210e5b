package libvirt

import (
	"testing"

	"github.com/projectbeskar/hawkfish"
)

// What a host's firmware says is told, and what nobody has filled in is not.
func TestParseHardware(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want hawkfish.Hardware
	}{
		"a server": {
			`<sysinfo type='smbios'><system><entry name='manufacturer'>Example Corp</entry><entry name='product'>R740</entry>
			<entry name='serial'> ABC1234 </entry><entry name='sku'>SKU=08FF</entry></system><chassis><entry name='asset'>rack 7</entry></chassis></sysinfo>`,
			hawkfish.Hardware{Manufacturer: "Example Corp", Model: "R740", SerialNumber: "ABC1234", SKU: "SKU=08FF", AssetTag: "rack 7"},
		},
		"a bare board": {
			`<sysinfo type='smbios'><system><entry name='manufacturer'>To Be Filled By O.E.M.</entry><entry name='product'>Default string</entry>
			<entry name='serial'>0000-0000</entry><entry name='sku'>Not Specified</entry></system></sysinfo>`,
			hawkfish.Hardware{},
		},
		"no XML": {"<sysinfo", hawkfish.Hardware{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := parseHardware(c.text); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}
