package libvirt

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"github.com/google/uuid"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// strangerXML is a domain as its owner may have made it, with much that HawkFish has no word for.
const strangerXML = `<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>%[1]s</name>
  <uuid>%[2]s</uuid>
  <title>Their &lt;old&gt; server</title>
  <description>do not touch</description>
  <metadata>
    <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0"><libosinfo:os id="http://debian.org/debian/12"/></libosinfo:libosinfo>
    <app:note xmlns:app="https://example.com/app" owner="me">keep &amp; carry</app:note>
  </metadata>
  <memory unit='MiB'>64</memory>
  <vcpu placement='static' cpuset='0'>1</vcpu>
  <cputune><shares>512</shares></cputune>
  <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='cdrom'/><boot dev='hd'/><bootmenu enable='no'/></os>
  <features><acpi/><apic eoi='on'/><pae/></features>
  <cpu mode='custom' match='exact' check='none'><model fallback='allow'>qemu64</model><feature policy='disable' name='svm'/></cpu>
  <clock offset='utc'><timer name='rtc' tickpolicy='catchup'/><timer name='hpet' present='no'/></clock>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>restart</on_crash>
  <pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' cache='writeback' io='threads'/>
      <source file='%[3]s'/>
      <target dev='sda' bus='scsi'/>
      <iotune><total_iops_sec>5000</total_iops_sec></iotune>
      <serial>THEIRS-1</serial>
      <wwn>5000c50015ea71ad</wwn>
    </disk>
    <disk type='file' device='cdrom'><driver name='qemu' type='raw'/><target dev='hdc' bus='ide'/><readonly/></disk>
    <controller type='scsi' index='0' model='virtio-scsi'/>
    <controller type='usb' index='0' model='ich9-ehci1'/>
    <interface type='network'><mac address='52:54:00:%[4]s'/><source network='default'/><model type='e1000'/><rom bar='off'/><link state='up'/></interface>
    <serial type='pty'><target type='isa-serial' port='0'/></serial>
    <channel type='unix'><target type='virtio' name='com.example.0'/></channel>
    <input type='tablet' bus='usb'/>
    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>
    <video><model type='cirrus' vram='16384' heads='1'/></video>
    <watchdog model='i6300esb' action='pause'/>
    <memballoon model='virtio'><stats period='10'/></memballoon>
    <panic model='isa'/>
  </devices>
  <qemu:commandline><qemu:env name='THEIR_SETTING' value='1'/></qemu:commandline>
</domain>`

// stranger makes a domain by hand, and removes it after the test.
func (b bench) stranger(t *testing.T, h *Host, name string, on bool) string {
	t.Helper()
	id := uuid.New()
	must(t, h, func(c *conn) error {
		p, err := h.openPool(c)
		if err != nil {
			return err
		}
		volume := blankDisk(hawkfish.Guest{ID: name, DiskGiB: 1})
		if err := p.create(c, volume); err != nil {
			return err
		}
		hex := id.String()
		mac := hex[:2] + ":" + hex[2:4] + ":" + hex[4:6]
		doc := fmt.Sprintf(strangerXML, name, id, p.path(volume.Name), mac)
		if !on {
			_, err = c.DomainDefineXMLFlags(doc, 0)
			return err
		}
		h.tryNetwork(c)
		dom, err := c.DomainDefineXMLFlags(doc, 0)
		if err == nil {
			err = c.DomainCreate(dom)
		}
		return err
	})
	t.Cleanup(func() {
		h := b.open(t) // the test's may have been closed
		must(t, h, func(c *conn) error {
			dom, err := c.DomainLookupByUUID(golibvirt.UUID(id))
			if err != nil {
				return err
			}
			_ = c.DomainDestroy(dom) // it may be off
			if err := c.DomainUndefineFlags(dom, undefineAll); err != nil {
				return err
			}
			p, err := h.openPool(c)
			if err == nil {
				err = p.remove(c, name+diskSuffix)
			}
			return err
		})
	})
	return id.String()
}

// must does something by hand on a host.
func must(t *testing.T, h *Host, do func(c *conn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err := work(ctx, h, func(c *conn) (struct{}, error) { return struct{}{}, do(c) }); err != nil {
		t.Fatal(err)
	}
}

// theirs is what a domain is but for its mark: both of its descriptions, and the process it runs in.
func theirs(t *testing.T, h *Host, id string) string {
	t.Helper()
	uid, err := parseID(id)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	must(t, h, func(c *conn) error {
		dom, err := c.DomainLookupByUUID(uid)
		if err != nil {
			return err
		}
		for _, which := range []golibvirt.DomainXMLFlags{0, golibvirt.DomainXMLInactive} {
			text, err := c.DomainGetXMLDesc(dom, which|golibvirt.DomainXMLSecure)
			if err != nil {
				return err
			}
			if text, err = unmarked(text); err != nil {
				return err
			}
			all = append(all, text)
		}
		return nil
	})
	return strings.Join(append(all, qemuOf(t, id)), "\n")
}

// unmarked is a description without HawkFish's mark.
func unmarked(text string) (string, error) {
	open := strings.Index(text, "<metadata>")
	end := strings.Index(text, "</metadata>")
	if open < 0 || end < 0 {
		return text, nil
	}
	rest, err := withoutMark(text[open+len("<metadata>") : end])
	return text[:open+len("<metadata>")] + rest + text[end:], err
}

// qemuOf names the process of a guest, and when it began; empty: it does not run.
func qemuOf(t *testing.T, id string) string {
	t.Helper()
	commands, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range commands {
		command, _ := os.ReadFile(file) // it may be gone
		if bytes.Contains(command, []byte("qemu-system")) && bytes.Contains(command, []byte(id)) {
			stat, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "stat"))
			fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
			return filepath.Base(filepath.Dir(file)) + " since " + fields[19]
		}
	}
	return ""
}

// What a worker finds that starts anew after an adoption was cut off half way is put right by trying again.
func TestAdoptionCutOffHalfWay(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	id := b.stranger(t, h, "half-"+uuid.NewString()[:8], true)
	before := theirs(t, h, id)
	all, err := h.Foreign(t.Context(), "p1")
	if err != nil {
		t.Fatal(err)
	}
	var a hawkfish.Adoption
	for _, f := range all {
		if f.ID == id {
			a = hawkfish.Adoption{ProjectID: "p1", Seen: f}
		}
	}
	uid, err := parseID(id)
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []golibvirt.DomainModificationImpact{golibvirt.DomainAffectLive, golibvirt.DomainAffectConfig} {
		must(t, h, func(c *conn) error {
			dom, err := c.DomainLookupByUUID(uid)
			if err != nil {
				return err
			}
			text, err := adoptedMark(a.Seen, "p1").plain()
			if err != nil {
				return err
			}
			return c.DomainSetMetadata(dom, int32(golibvirt.DomainMetadataElement), golibvirt.OptString{text}, golibvirt.OptString{prefix}, golibvirt.OptString{namespace}, where)
		})
		_ = h.Close()
		h = b.open(t)
		if _, err := h.Adopt(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		if o, err := h.Observe(t.Context(), id); err != nil || o.Absent {
			t.Fatalf("got %+v, %v", o, err)
		}
		if err := h.Release(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if now := theirs(t, h, id); now != before {
			t.Errorf("it was touched:\n%s\nwas\n%s", now, before)
		}
	}
}

// An adopted system's order of booting, its media and its watchdog are changed in its own description, and nothing else is.
func TestAmendingOnAHost(t *testing.T) {
	b := newBench(t)
	h := b.open(t)
	id := b.stranger(t, h, "amend-"+uuid.NewString()[:8], false)
	all, err := h.Foreign(t.Context(), "p1")
	if err != nil {
		t.Fatal(err)
	}
	var seen hawkfish.Foreign
	for _, f := range all {
		if f.ID == id {
			seen = f
		}
	}
	if _, err := h.Adopt(t.Context(), hawkfish.Adoption{ProjectID: "p1", Seen: seen}); err != nil {
		t.Fatal(err)
	}
	g := hawkfish.Guest{ID: id, Name: "other", ProjectID: "p1", CPUs: 1, MemoryMiB: 64, Network: "default", Machine: seen.Machine.Clone()}
	before := theirs(t, h, id)
	g.Machine.Boot.Order, g.Machine.Watchdog, g.Machine.Generation = []string{"Boot0002", "Boot0001"}, "Reset", 1
	if err := h.Define(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	changed := theirs(t, h, id)
	for _, want := range []string{"<boot order='1'/>", "action='reset'", "THEIR_SETTING", "libosinfo", "keep &amp; carry", "THEIRS-1", "<total_iops_sec>5000", "<rom bar='off'/>"} {
		if !strings.Contains(changed, want) {
			t.Errorf("%s is not in %s", want, changed)
		}
	}
	if strings.Contains(changed, "<boot dev=") {
		t.Errorf("two orders: %s", changed)
	}
	if _, err := h.Start(t.Context(), id); err != nil {
		t.Error(err)
	}
	if _, err := h.Stop(t.Context(), id); err != nil {
		t.Error(err)
	}
	if gone := missing(t, before, changed); !slices.Equal(gone, []string{"/domain/os/boot", "/domain/os/boot@dev"}) {
		t.Errorf("lost %q", gone)
	}
	if err := h.Release(t.Context(), id); err != nil {
		t.Error(err)
	}
}

func missing(t *testing.T, before, after string) []string {
	t.Helper()
	cut := func(text string) string { return text[:strings.Index(text, "</domain>")+len("</domain>")] }
	lost, err := lostNames(cut(before), cut(after))
	if err != nil {
		t.Fatal(err)
	}
	return lost
}

// A description comes out of reading and writing as it went in, whatever is in it, or is refused.
func TestWholeDescriptions(t *testing.T) {
	t.Parallel()
	text := fmt.Sprintf(strangerXML, "old", uuid.NewString(), "/srv/old.qcow2", "01:02:03")
	d, err := parseWhole(text)
	if err != nil {
		t.Fatal(err)
	}
	g := hawkfish.Guest{CPUs: cpusOf(d), MemoryMiB: memoryOf(d), Machine: machineIn(d, emulated)}
	if changed, err := amend(d, g, files{}, nil); changed || err != nil {
		t.Errorf("changed %t, %v", changed, err)
	}
	for _, unknown := range []string{"<newfangled/>", "<devices newer='yes'/>"} {
		if _, err := parseWhole(strings.Replace(text, "<pm>", unknown+"<pm>", 1)); hawkfish.KindOf(err) != hawkfish.Unsupported {
			t.Errorf("%s: %v", unknown, err)
		}
	}
	var again libvirtxml.Domain
	doc, err := marked(d, mark{Project: "p1", Adopted: "old"})
	if err == nil {
		doc, err = marked(d, mark{Project: "p2", Adopted: "old"}) // it takes the place of the first
	}
	if err == nil {
		err = again.Unmarshal(doc)
	}
	if err != nil || strings.Count(doc, "hawkfish:system ") != 1 || !strings.Contains(doc, `project="p2"`) || !strings.Contains(doc, "libosinfo:os id") {
		t.Errorf("%v in %s", err, doc)
	}
}
