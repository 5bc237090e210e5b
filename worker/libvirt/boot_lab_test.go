package libvirt

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/lab/labtest"
	"github.com/projectbeskar/hawkfish/schemas"
)

// What guests print on their serial line when they have booted from each source.
const (
	fromTinyDisk = "TINY boot drive=00000080"
	fromTinyCD   = "TINY boot drive=000000e0"
	fromEFIDisk  = labtest.EFIText + "disk"
	fromEFIOther = labtest.EFIText + "other"
	fromEFICD    = labtest.EFIText + "cd"
	fromHTTP     = labtest.EFIText + "http"
	fromSetup    = "Boot Maintenance Manager" // of OVMF's setup
	fromKernel   = labtest.KernelText + "console=ttyS0 a=b initrd 00004e20"
)

// bootCell is an override, and where the guest must come from with it, and after it.
type bootCell struct {
	name     string
	mode     schemas.BootSourceOverrideMode
	override hawkfish.BootOverride
	order    []string
	network  string
	want     string
	then     string // after a reboot of the guest; empty: it cannot reboot by itself
	full     bool   // it takes longer than every run of the tests should
	kernel   []byte // that it is started with directly
}

const (
	legacy, uefiMode = schemas.BootSourceOverrideModeLegacy, schemas.BootSourceOverrideModeUEFI
	onceMore         = schemas.BootSourceOverrideEnabledOnce
	always           = schemas.BootSourceOverrideEnabledContinuous
)

func over(enabled schemas.BootSourceOverrideEnabled, target schemas.BootSource) hawkfish.BootOverride {
	return hawkfish.BootOverride{Enabled: enabled, Target: target, Serial: 5}
}

// efiKernel is long enough for QEMU to take it for a kernel, of which it splits off up to 128 KiB.
var efiKernel = append(labtest.EFI("kernel"), make([]byte, 256<<10)...)

var bootCells = []bootCell{
	{name: "nothing", mode: legacy, want: fromTinyDisk, then: fromTinyDisk},
	{name: "order", mode: legacy, order: []string{"Boot0003", "Boot0001"}, want: fromTinyCD, then: fromTinyCD, full: true},
	{name: "Cd once", mode: legacy, override: over(onceMore, schemas.BootSourceCd), want: fromTinyCD, then: fromTinyDisk},
	{name: "Cd always", mode: legacy, override: over(always, schemas.BootSourceCd), want: fromTinyCD, then: fromTinyCD},
	{name: "Hdd once", mode: legacy, order: []string{"Boot0003"}, override: over(onceMore, schemas.BootSourceHdd), want: fromTinyDisk, then: fromTinyCD, full: true},
	{name: "Pxe once", mode: legacy, network: "pxe", override: over(onceMore, schemas.BootSourcePxe), want: "TINY boot drive=", then: fromTinyDisk, full: true},

	{name: "iPXE once", mode: legacy, network: "ipxe", override: over(onceMore, schemas.BootSourcePxe), want: labtest.KernelText + "initrd=initrd console=ttyS0 a=b initrd 00004e20", then: fromTinyDisk, full: true},

	{name: "kernel", mode: legacy, kernel: labtest.Kernel(), want: fromKernel, then: fromKernel},
	{name: "kernel, Cd once", mode: legacy, kernel: labtest.Kernel(), override: over(onceMore, schemas.BootSourceCd), want: fromTinyCD, then: fromKernel},
	{name: "kernel, Hdd always", mode: legacy, kernel: labtest.Kernel(), override: over(always, schemas.BootSourceHdd), want: fromTinyDisk, then: fromTinyDisk, full: true},
	{name: "kernel", mode: uefiMode, kernel: efiKernel, want: labtest.EFIText + "kernel", then: labtest.EFIText + "kernel", full: true},
	{name: "kernel, UefiTarget once", mode: uefiMode, kernel: efiKernel, override: hawkfish.BootOverride{
		Enabled: onceMore, Target: schemas.BootSourceUefiTarget, UEFI: `\EFI\BOOT\OTHER.EFI`, Serial: 5,
	}, want: fromEFIOther, then: labtest.EFIText + "kernel", full: true},

	{name: "nothing", mode: uefiMode, want: fromEFIDisk, then: fromEFIDisk, full: true},
	{name: "Cd once", mode: uefiMode, override: over(onceMore, schemas.BootSourceCd), want: fromEFICD, then: fromEFIDisk},
	{name: "Cd always", mode: uefiMode, override: over(always, schemas.BootSourceCd), want: fromEFICD, then: fromEFICD, full: true},
	{name: "UefiBootNext", mode: uefiMode, override: hawkfish.BootOverride{
		Enabled: onceMore, Target: schemas.BootSourceUefiBootNext, Next: "Boot0003", Serial: 5,
	}, want: fromEFICD, then: fromEFIDisk, full: true},
	{name: "UefiTarget once", mode: uefiMode, override: hawkfish.BootOverride{
		Enabled: onceMore, Target: schemas.BootSourceUefiTarget, UEFI: `\EFI\BOOT\OTHER.EFI`, Serial: 5,
	}, want: fromEFIOther, then: fromEFIDisk, full: true},
	{name: "UefiTarget always", mode: uefiMode, override: hawkfish.BootOverride{
		Enabled: always, Target: schemas.BootSourceUefiTarget, UEFI: `\EFI\BOOT\OTHER.EFI`, Serial: 5,
	}, want: fromEFIOther, then: fromEFIOther, full: true},
	{name: "UefiHttp once", mode: uefiMode, override: hawkfish.BootOverride{
		Enabled: onceMore, Target: schemas.BootSourceUefiHttp, HTTPURI: "http://192.168.122.1:8081/boot.efi", Serial: 5,
	}, want: fromHTTP, then: fromEFIDisk, full: true},
	{name: "BiosSetup", mode: uefiMode, override: over(onceMore, schemas.BootSourceBiosSetup), want: fromSetup, full: true},
	{name: "Pxe once", mode: uefiMode, network: "pxe-efi", override: over(onceMore, schemas.BootSourcePxe), want: labtest.EFIText + "pxe", then: fromEFIDisk, full: true},
}

// The guest's serial line proves what it has booted from, with real firmware, in each cell of the matrix: once and always, each
// target, both modes; and what the reboot after it is from, which the guest begins by itself. HAWKFISH_FULL=1 runs them all.
func TestBootMatrix(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	b.bootServers(t, h)
	for _, cell := range bootCells {
		t.Run(string(cell.mode)+"/"+cell.name, func(t *testing.T) {
			if cell.full && os.Getenv("HAWKFISH_FULL") != "1" {
				t.Skip("it takes long; HAWKFISH_FULL=1 runs it")
			}
			g := b.bootable(t, h, cell)
			on, err := h.Start(t.Context(), g.ID)
			if err != nil {
				t.Fatal(err)
			}
			once := cell.override.Enabled == onceMore
			if consumed := on.Booted == cell.override.Serial; once && !consumed || !once && on.Booted != 0 {
				t.Errorf("%+v", on)
			}
			waitForText(t, h, g.ID, cell.want, 1)
			if cell.then == "" {
				return
			}
			typeKey(t, h, g.ID, 'r')
			waitForReset(t, h, g.ID, on.LastReset)
			waitForText(t, h, g.ID, cell.then, 1)
		})
	}
}

// bootable makes a guest for a cell, with a disk and a CD that say so when they are booted from.
func (b bench) bootable(t *testing.T, h *Host, cell bootCell) hawkfish.Guest {
	t.Helper()
	g := b.guest(t, h)
	g.Machine.Firmware, g.Machine.Boot.Override, g.Machine.Boot.Order = cell.mode, cell.override, cell.order
	if cell.network != "" {
		g.Network = cell.network
	}
	if cell.mode == uefiMode {
		g.MemoryMiB = 128
		g.Image = b.publish(t, "efi.raw", labtest.FAT(labtest.EFI("disk"), labtest.EFI("other")), hawkfish.FormatRaw)
	}
	if _, err := h.FetchImage(t.Context(), g.Image, func(int64, int64) {}); err != nil {
		t.Fatal(err)
	}
	if err := h.CreateDisk(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	if cell.kernel != nil {
		g.Machine.CommandLine = "console=ttyS0 a=b"
		files := map[hawkfish.MediaSlot][]byte{hawkfish.SlotKernel: cell.kernel}
		if cell.mode == legacy { // a UEFI application takes none
			files[hawkfish.SlotInitrd] = make([]byte, 20_000)
		}
		for slot, content := range files {
			src := b.publish(t, g.ID+string(slot), content, hawkfish.FormatRaw)
			facts, err := h.FetchMedium(t.Context(), hawkfish.MediaSource{URL: src.URL}, func(int64, int64) {})
			if err != nil {
				t.Fatal(err)
			}
			g.Machine = g.Machine.WithMedium(slot, &hawkfish.Medium{ID: g.ID + string(slot), URL: src.URL, SHA256: facts.SHA256, SizeBytes: facts.SizeBytes})
		}
	}
	if err := h.Define(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	tiny, err := os.ReadFile(filepath.Join(filepath.Dir(labtest.TinyImage(t).QCOW2), "tiny.bin"))
	if err != nil {
		t.Fatal(err)
	}
	b.insert(t, h, g, labtest.ISO(tiny, labtest.FAT(labtest.EFI("cd"), nil)))
	return g
}

// insert puts a CD into the drive of a guest that is off.
func (b bench) insert(t *testing.T, h *Host, g hawkfish.Guest, iso []byte) {
	t.Helper()
	inside := "/var/lib/libvirt/" + g.ID + ".iso"
	if err := os.WriteFile(b.Path(inside), iso, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(b.Path(inside)) })
	id, _ := parseID(g.ID)
	_, err := work(t.Context(), h, func(c *conn) (struct{}, error) {
		dom, err := c.DomainLookupByUUID(id)
		if err != nil {
			return struct{}{}, err
		}
		d, err := describe(c, dom)
		if err != nil {
			return struct{}{}, err
		}
		for _, disk := range d.Devices.Disks {
			if disk.Device == "cdrom" {
				disk.Source = &libvirtxml.DomainDiskSource{File: &libvirtxml.DomainDiskSourceFile{File: inside}}
				doc, err := disk.Marshal()
				if err == nil {
					err = c.DomainUpdateDeviceFlags(dom, doc, golibvirt.DomainDeviceModifyConfig)
				}
				return struct{}{}, err
			}
		}
		return struct{}{}, fmt.Errorf("no CD drive")
	})
	if err != nil {
		t.Fatal(err)
	}
}

// bootServers serves programs to boot by HTTP and by TFTP on the guests' networks.
func (b bench) bootServers(t *testing.T, h *Host) {
	t.Helper()
	const inside = "/var/lib/libvirt/served"
	dir := b.Path(inside)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	tiny, err := os.ReadFile(filepath.Join(filepath.Dir(labtest.TinyImage(t).QCOW2), "tiny.bin"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"boot.efi": labtest.EFI("http"), "pxe.efi": labtest.EFI("pxe"), "tiny.bin": tiny} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("HAWKFISH_FULL") != "1" {
		return
	}
	b.ipxeFiles(t, dir)
	for i, name := range []string{"pxe", "pxe-efi", "ipxe"} {
		file := []string{"tiny.bin", "pxe.efi", "http://192.168.132.1:8081/boot/script/ipxe"}[i]
		doc := fmt.Sprintf(`<network><name>%s</name><ip address='192.168.13%d.1' netmask='255.255.255.0'><tftp root='%s'/><dhcp><range start='192.168.13%d.2' end='192.168.13%d.99'/><bootp file='%s'/></dhcp></ip></network>`,
			name, i, inside, i, i, file)
		_, err := work(t.Context(), h, func(c *conn) (struct{}, error) {
			n, err := c.NetworkCreateXML(doc)
			if err == nil {
				t.Cleanup(func() {
					_, _ = work(context.WithoutCancel(t.Context()), h, func(c *conn) (struct{}, error) { return struct{}{}, c.NetworkDestroy(n) })
				})
			}
			return struct{}{}, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	pid := strings.TrimSpace(b.Exec("sh", "-c", "cd "+inside+" && python3 -m http.server 8081 >/dev/null 2>&1 </dev/null & echo $!"))
	t.Cleanup(func() { b.Exec("kill", pid) })
}

// ipxeFiles are what the control plane answers iPXE with, for a system with a direct boot (internal/netboot).
func (b bench) ipxeFiles(t *testing.T, dir string) {
	t.Helper()
	script := "#!ipxe\nkernel http://192.168.132.1:8081/boot/files/kernel initrd=initrd console=ttyS0 a=b\ninitrd --name initrd http://192.168.132.1:8081/boot/files/initrd\nboot\n"
	for name, content := range map[string][]byte{"boot/script/ipxe": []byte(script), "boot/files/kernel": labtest.Kernel(), "boot/files/initrd": make([]byte, 20_000)} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// waitForText waits until a guest has printed a text so often since it was started.
func waitForText(t *testing.T, h *Host, id, text string, n int) {
	t.Helper()
	var out []byte
	end := time.Now().Add(2 * time.Minute)
	for time.Now().Before(end) {
		got, err := h.SerialOutput(t.Context(), id, 1<<20)
		if err == nil {
			out = got
		}
		if bytes.Count(out, []byte(text)) >= n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("the guest does not print %q but %q", text, out[max(0, len(out)-2000):])
}

// waitForReset waits until a guest that runs has been reset after a moment.
func waitForReset(t *testing.T, h *Host, id string, after time.Time) {
	t.Helper()
	eventually(t, "the guest is reset", func() bool {
		o, err := h.Observe(t.Context(), id)
		return err == nil && o.LastReset.After(after) && o.Power == schemas.PowerStateOn
	})
}
