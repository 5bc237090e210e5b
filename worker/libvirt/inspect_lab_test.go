package libvirt

import (
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/lab/labtest"
)

// questions are what a Linux guest is asked on its serial line. Every answer is a line "what name=value=".
var questions = []string{
	`cd /sys/class/dmi/id; for f in sys_vendor product_name product_serial product_uuid chassis_vendor chassis_serial chassis_asset_tag bios_vendor bios_version; do echo "dmi $f=$(cat $f)="; done`,
	`cd /sys/bus/pci/devices; for d in *; do echo "pci $d=$(cat $d/class) $(cat $d/vendor) $(cat $d/device)="; done`,
	`echo "disk serial=$(cat /sys/block/vda/serial)="; echo "cpu sockets=$(grep "physical id" /proc/cpuinfo | sort -u | wc -l)="; echo "all said=1="`,
}

var answer = regexp.MustCompile(`(?m)^(dmi|pci|disk|cpu|all) ([^=$]+)=([^=]*)=\r?$`)

// What a host tells of a system is what its guest finds: SMBIOS tables, PCI devices, and what its agent says.
func TestInspectedIsWhatTheGuestFinds(t *testing.T) {
	image := labtest.LinuxImage(t)
	b := newBench(t)
	h := b.open(t)
	g := b.guest(t, h)
	content, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	g.Image = b.publish(t, "linux.raw", content, hawkfish.FormatRaw)
	g.CPUs, g.MemoryMiB, g.AssetTag = 2, 256, "rack 4"
	for _, err := range []error{
		noValue(h.FetchImage(t.Context(), g.Image, func(int64, int64) {})), h.CreateDisk(t.Context(), g), h.Define(t.Context(), g),
		noValue(h.Start(t.Context(), g.ID)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	written := func() string {
		out, err := h.SerialOutput(t.Context(), g.ID, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	slowly(t, "the guest boots", func() bool { return strings.Contains(written(), "LINUX ready") })
	var i hawkfish.Inventory
	slowly(t, "the agent answers", func() bool {
		if i, err = h.Inspect(t.Context(), g.ID); err != nil {
			t.Fatal(err)
		}
		return i.Guest.HostName == "guest" && len(i.Interfaces) == 1 && slices.ContainsFunc(i.Interfaces[0].Addresses, func(a hawkfish.InterfaceAddress) bool {
			return a.Leased && a.Prefix.Addr().Is4() && a.Prefix.Bits() == 24
		})
	})

	found := map[string]string{}
	for try := 0; found["all said"] == ""; try++ {
		if try == 3 {
			t.Fatalf("the guest does not answer:\n%s", written())
		}
		typeLines(t, h, g.ID, questions)
		for end := time.Now().Add(20 * time.Second); found["all said"] == "" && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			for _, m := range answer.FindAllStringSubmatch(written(), -1) {
				found[m[1]+" "+m[2]] = m[3]
			}
		}
	}
	for what, want := range map[string]string{
		"dmi sys_vendor": manufacturer, "dmi product_name": product, "dmi product_serial": g.ID, "dmi product_uuid": g.ID,
		"dmi chassis_vendor": manufacturer, "dmi chassis_serial": g.ID, "dmi chassis_asset_tag": g.AssetTag,
		"dmi bios_vendor": manufacturer, "dmi bios_version": i.Guest.Firmware,
		"disk serial": i.Drives[0].Serial, "cpu sockets": fmt.Sprint(i.Processors.Sockets),
	} {
		if found[what] != want {
			t.Errorf("the guest finds %s %q, and the host tells %q", what, found[what], want)
		}
	}
	for _, d := range i.Devices {
		for _, f := range d.Functions {
			at := fmt.Sprintf("pci %s.%d", strings.ReplaceAll(d.Address, "-", ":"), f.Number)
			if want := fmt.Sprintf("0x%06x 0x%04x 0x%04x", f.Class, f.VendorID, f.DeviceID); found[at] != want {
				t.Errorf("the guest finds %s %q, and the host tells %q (%s)", at, found[at], want, d.Name)
			}
		}
	}
}

func noValue[T any](_ T, err error) error { return err }

// slowly polls for as long as an emulated Linux may take.
func slowly(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); !is(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within two minutes", what)
		}
	}
}

// typeLines types lines on a guest's serial console.
func typeLines(t *testing.T, h *Host, id string, lines []string) {
	t.Helper()
	uid, err := parseID(id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.conns.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	defer context.AfterFunc(t.Context(), c.close)()
	dom, err := c.DomainLookupByUUID(uid)
	if err != nil {
		t.Fatal(err)
	}
	in, keys := io.Pipe()
	go func() {
		defer c.close()
		var out sink
		_ = c.DomainOpenConsoleBidirectional(dom, nil, in, &out, uint32(golibvirt.DomainConsoleForce))
	}()
	t.Cleanup(func() { _ = keys.Close() }) // it would end the console before all is sent
	for _, line := range lines {
		if _, err := io.WriteString(keys, "\n"+line+"\n"); err != nil {
			t.Fatal(err)
		}
	}
}
