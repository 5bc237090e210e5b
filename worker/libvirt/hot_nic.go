package libvirt

import (
	"errors"
	"slices"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"
)

// giveInterfaces plugs interfaces in and out, and changes those that stay (virDomainAttachDeviceFlags,
// virDomainDetachDeviceFlags, virDomainUpdateDeviceFlags). A guest has to let go of one that is plugged out, for which libvirt
// gives it five seconds. What a worker that died has done already is found in the guest.
func (h *Host) giveInterfaces(g guest, had *parts, wanted parts) error {
	live, err := interfacesOf(g)
	if err != nil {
		return err
	}
	for _, nic := range live {
		if !slices.ContainsFunc(wanted.Interfaces, nic.is) {
			err = errors.Join(err, changeDevice(nic, func(doc string) error { return g.c.DomainDetachDeviceFlags(g.Domain, doc, affectLive) }))
		}
	}
	for _, nic := range wanted.Interfaces {
		at := slices.IndexFunc(live, nic.is)
		switch {
		case at < 0:
			err = errors.Join(err, changeDevice(nic, func(doc string) error { return g.c.DomainAttachDeviceFlags(g.Domain, doc, affectLive) }))
		case live[at] != nic && live[at].Boot == nic.Boot:
			err = errors.Join(err, changeDevice(nic, func(doc string) error {
				return g.c.DomainUpdateDeviceFlags(g.Domain, doc, golibvirt.DomainDeviceModifyLive)
			}))
		}
	}
	after, look := interfacesOf(g)
	if look != nil {
		return errors.Join(err, look)
	}
	same := func(a, b []nicParts) bool {
		return len(a) == len(b) && !slices.ContainsFunc(a, func(n nicParts) bool { return !slices.Contains(b, n) })
	}
	if had.Interfaces = after; same(after, wanted.Interfaces) {
		had.Interfaces = wanted.Interfaces // in whatever order the guest has got them
	}
	return err
}

func (n nicParts) is(other nicParts) bool { return n.MAC == other.MAC }

func changeDevice(nic nicParts, do func(doc string) error) error {
	device := nic.device()
	doc, err := device.Marshal()
	if err != nil {
		return err
	}
	return do(doc)
}

// interfacesOf are those that a guest has which runs.
func interfacesOf(g guest) ([]nicParts, error) {
	text, err := g.c.DomainGetXMLDesc(g.Domain, 0)
	if err != nil {
		return nil, err
	}
	var d libvirtxml.Domain
	if err := d.Unmarshal(text); err != nil {
		return nil, err
	}
	return partsOf(&d).Interfaces, nil
}
