package libvirt

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// hypervisorSoftware asks libvirtd for its own version and for QEMU's (virConnectGetVersion, virConnectGetLibVersion).
func hypervisorSoftware(c *conn) ([]hawkfish.Software, error) {
	qemu, err := c.ConnectGetVersion()
	if err != nil {
		return nil, err
	}
	libvirt, err := c.ConnectGetLibVersion()
	if err != nil {
		return nil, err
	}
	return []hawkfish.Software{
		{ID: "qemu", Name: "QEMU", Vendor: "QEMU", Version: version(qemu)},
		{ID: "libvirt", Name: "libvirt", Vendor: "libvirt", Version: version(libvirt)},
	}, nil
}

// spelled lists software in one line: "QEMU 7.2.22, libvirt 9.0.0".
func spelled(all []hawkfish.Software) string {
	var parts []string
	for _, s := range all {
		parts = append(parts, s.Name+" "+s.Version)
	}
	return strings.Join(parts, ", ")
}

// version spells what libvirt counts as major * 1,000,000 + minor * 1,000 + release.
func version(v uint64) string {
	return fmt.Sprintf("%d.%d.%d", v/1_000_000, v/1_000%1_000, v%1_000)
}

// dpkgStatus is where Debian and its kin list what is installed (dpkg(1), FILES).
const dpkgStatus = "/var/lib/dpkg/status"

// firmwarePackages are the packages of guests' firmware.
var firmwarePackages = map[string]hawkfish.Software{
	"seabios": {ID: "seabios", Name: "SeaBIOS", Vendor: "SeaBIOS", Firmware: true},
	"ovmf":    {ID: "ovmf", Name: "OVMF", Vendor: "TianoCore", Firmware: true},
}

// packages finds the firmware packages of the machine it runs on: libvirt does not tell their versions. It has
// nothing to say of a libvirtd on another machine, nor where there is no dpkg.
type packages struct {
	status string // path; empty: libvirtd is elsewhere

	mu    sync.Mutex
	read  time.Time // when the file that was read last had been changed
	found []hawkfish.Software
}

// find reads the list of packages when it is another than before.
func (p *packages) find() []hawkfish.Software {
	if p.status == "" {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	file, err := os.Open(p.status)
	if err != nil {
		return nil
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil || info.ModTime().Equal(p.read) {
		return p.found
	}
	p.found, p.read = firmwareIn(bufio.NewScanner(file)), info.ModTime()
	return p.found
}

// firmwareIn reads paragraphs of fields (deb-control(5)).
func firmwareIn(lines *bufio.Scanner) (found []hawkfish.Software) {
	lines.Buffer(nil, 1<<20)
	var name, version string
	installed := false
	end := func() {
		if s, ok := firmwarePackages[name]; ok && installed {
			s.Version = version
			found = append(found, s)
		}
		name, version, installed = "", "", false
	}
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ":")
		switch value = strings.TrimSpace(value); field {
		case "":
			end()
		case "Package":
			name = value
		case "Version":
			version = value
		case "Status":
			installed = strings.HasSuffix(value, " installed")
		}
	}
	end()
	return found
}
