package hawkfish

import (
	"crypto/sha256"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// NIC is a network interface of a system.
type NIC struct {
	MAC     string `json:"mac"`     // lower case with colons
	Network string `json:"network"` // libvirt network
	Down    bool   `json:"down,omitempty"`
}

// MaxNICs is how many network interfaces a system may have.
const MaxNICs = 8

// NICs lists all network interfaces of a system. The first one is what it boots from the network by.
func (s System) NICs() []NIC { return nics(s.Network, s.MAC, s.Machine) }

// NICs lists all network interfaces of a guest.
func (g Guest) NICs() []NIC { return nics(g.Network, g.MAC, g.Machine) }

func nics(network, mac string, m Machine) []NIC {
	if network == "" {
		return m.NICs
	}
	return slices.Concat([]NIC{{MAC: mac, Network: network}}, m.NICs)
}

// Networks lists the libvirt networks that a system is connected to.
func (s System) Networks() []string {
	var names []string
	for _, nic := range s.NICs() {
		if !slices.Contains(names, nic.Network) {
			names = append(names, nic.Network)
		}
	}
	return names
}

// SetNICs replaces the interfaces beside the first one. One that names no address gets that of one that it may be, or a new
// one, which is the same whenever it is made again. at is the property they come from, offered the networks there are; nil: any.
func (s *System) SetNICs(wanted []NIC, at string, offered []string) error {
	taken := map[string]bool{s.MAC: true}
	for i := range wanted {
		nic := &wanted[i]
		property := at + "/" + strconv.Itoa(i)
		had := slices.ContainsFunc(s.Machine.NICs, func(had NIC) bool { return had.MAC == nic.MAC && had.Network == nic.Network })
		if offered != nil && !had && !slices.Contains(offered, nic.Network) { // an adopted system may be on a bridge
			return Refused(property+"/Network", nic.Network, "the system's host has no such network")
		}
		if nic.MAC == "" {
			continue
		}
		mac, err := oneMAC(nic.MAC, property+"/MACAddress")
		if err != nil {
			return err
		}
		nic.MAC = mac
		if taken[nic.MAC] {
			return Refused(property+"/MACAddress", nic.MAC, "another interface has it")
		}
		taken[nic.MAC] = true
	}
	if len(wanted)+1 > MaxNICs {
		return Refused(at, strconv.Itoa(len(wanted)), fmt.Sprintf("a system has at most %d interfaces", MaxNICs))
	}
	for i := range wanted {
		nic := &wanted[i]
		for _, had := range s.Machine.NICs {
			if nic.MAC == "" && had.Network == nic.Network && !taken[had.MAC] {
				nic.MAC = had.MAC
			}
		}
		for n := 1; nic.MAC == ""; n++ {
			if mac := nicMAC(s.ID, n); !taken[mac] {
				nic.MAC = mac
			}
		}
		taken[nic.MAC] = true
	}
	s.Machine.NICs = wanted
	return nil
}

// NICProperties are what a request calls the properties of an interface.
type NICProperties struct{ MAC, Network string }

// AddNIC adds an interface beside the others, and returns it with its address: a new one where it names none. offered are the networks there are; nil: any.
func (s *System) AddNIC(nic NIC, at NICProperties, offered []string) (NIC, error) {
	has := s.NICs()
	if len(has) >= MaxNICs {
		return nic, Refused(at.Network, nic.Network, fmt.Sprintf("a system has at most %d interfaces", MaxNICs))
	}
	if offered != nil && !slices.Contains(offered, nic.Network) {
		return nic, Refused(at.Network, nic.Network, "the system's host has no such network")
	}
	taken := func(mac string) bool {
		return mac == s.MAC || slices.ContainsFunc(has, func(had NIC) bool { return had.MAC == mac })
	}
	if nic.MAC != "" {
		mac, err := oneMAC(nic.MAC, at.MAC)
		if err != nil {
			return nic, err
		}
		if taken(mac) {
			return nic, Refused(at.MAC, nic.MAC, "another interface has it")
		}
		nic.MAC = mac
	}
	for n := 1; nic.MAC == ""; n++ {
		if mac := nicMAC(s.ID, n); !taken(mac) {
			nic.MAC = mac
		}
	}
	s.Machine.NICs = append(slices.Clone(s.Machine.NICs), nic)
	return nic, nil
}

// oneMAC reads the address of one interface.
func oneMAC(text, property string) (string, error) {
	mac, err := net.ParseMAC(text)
	if err != nil || len(mac) != 6 || mac[0]&1 != 0 || mac.String() == "00:00:00:00:00:00" {
		return "", Refused(property, text, "it must be the address of one interface: six bytes, the first one even")
	}
	return mac.String(), nil
}

// nicMAC derives an address in the range that QEMU's project uses (52:54:00).
func nicMAC(systemID string, n int) string {
	sum := sha256.Sum256([]byte(strings.ToLower(systemID) + " " + strconv.Itoa(n)))
	return fmt.Sprintf("52:54:00:%02x:%02x:%02x", sum[0], sum[1], sum[2])
}
