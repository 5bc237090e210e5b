package libvirt

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
)

func TestFirmwarePackages(t *testing.T) {
	t.Parallel()
	status := filepath.Join(t.TempDir(), "status")
	write := func(text string, at time.Time) {
		if err := os.WriteFile(status, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(status, at, at); err != nil {
			t.Fatal(err)
		}
	}
	p := packages{status: status}
	if found := p.find(); found != nil {
		t.Errorf("where there is no dpkg: %+v", found)
	}
	now := time.Now().Truncate(time.Second)
	write("Package: seabios\nStatus: install ok installed\nDescription: BIOS\n Package: ovmf\nVersion: 1.16.2-1\n\nPackage: bash\nStatus: install ok installed\nVersion: 5\n\n"+
		"Package: ovmf\nStatus: deinstall ok config-files\nVersion: 1\n", now)
	want := hawkfish.Software{ID: "seabios", Name: "SeaBIOS", Vendor: "SeaBIOS", Version: "1.16.2-1", Firmware: true}
	if found := p.find(); !reflect.DeepEqual(found, []hawkfish.Software{want}) {
		t.Errorf("%+v", found)
	}
	write("Package: ovmf\nStatus: install ok installed\nVersion: 2022.11-6", now.Add(time.Second))
	want = hawkfish.Software{ID: "ovmf", Name: "OVMF", Vendor: "TianoCore", Version: "2022.11-6", Firmware: true}
	if found := p.find(); !reflect.DeepEqual(found, []hawkfish.Software{want}) {
		t.Errorf("after an upgrade: %+v", found)
	}
	elsewhere := packages{}
	if found := elsewhere.find(); found != nil {
		t.Errorf("of another machine: %+v", found)
	}
}
