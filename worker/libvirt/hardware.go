package libvirt

import (
	"encoding/xml"
	"strings"

	"github.com/projectbeskar/hawkfish"
)

// hostSysInfo is what libvirt says of the host's SMBIOS tables (virConnectGetSysinfo).
type hostSysInfo struct {
	System  []sysInfoEntry `xml:"system>entry"`
	Chassis []sysInfoEntry `xml:"chassis>entry"`
}

type sysInfoEntry struct {
	Name  string `xml:"name,attr"`
	Value string `xml:",chardata"`
}

// hardware asks what the host runs on. Hosts without SMBIOS say nothing.
func hardware(c *conn) (hawkfish.Hardware, error) {
	text, err := c.ConnectGetSysinfo(0)
	if err != nil {
		if c.isLost() {
			return hawkfish.Hardware{}, err
		}
		return hawkfish.Hardware{}, nil //nolint:nilerr // it is no failure that there are none
	}
	return parseHardware(text), nil
}

func parseHardware(text string) hawkfish.Hardware {
	var info hostSysInfo
	if xml.Unmarshal([]byte(text), &info) != nil {
		return hawkfish.Hardware{}
	}
	find := func(entries []sysInfoEntry, name string) string {
		for _, e := range entries {
			if e.Name == name {
				return filledIn(e.Value)
			}
		}
		return ""
	}
	return hawkfish.Hardware{
		Manufacturer: find(info.System, "manufacturer"), Model: find(info.System, "product"),
		SerialNumber: find(info.System, "serial"), SKU: find(info.System, "sku"), AssetTag: find(info.Chassis, "asset"),
	}
}

// dummies are what makers of boards leave where nobody has filled in anything, in lower case.
var dummies = []string{"not specified", "to be filled", "default string", "system serial number", "system product name", "system manufacturer", "o.e.m.", "none", "n/a"}

// maxFact is how long such a text may be.
const maxFact = 128

// filledIn returns a text that says something, without what cannot be shown.
func filledIn(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return -1
		}
		return r
	}, text))
	lower := strings.ToLower(text)
	for _, dummy := range dummies {
		if lower == dummy || len(dummy) > 5 && strings.Contains(lower, dummy) {
			return ""
		}
	}
	if strings.Trim(lower, "0-. ") == "" {
		return ""
	}
	return text[:min(len(text), maxFact)]
}
