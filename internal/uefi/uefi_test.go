package uefi

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"testing"
)

// blank is a flash as OVMF's template is: headers, and nothing else.
func blank(size uint32) []byte {
	flash := bytes.Repeat([]byte{0xff}, int(size)+volumeHeader+1000)
	copy(flash, make([]byte, volumeHeader))
	copy(flash[0x28:], volumeMagic)
	binary.LittleEndian.PutUint16(flash[0x30:], volumeHeader)
	copy(flash[volumeHeader:], authenticated[:])
	binary.LittleEndian.PutUint32(flash[volumeHeader+16:], size)
	copy(flash[volumeHeader+20:], []byte{formatted, healthy, 0, 0, 0, 0, 0, 0})
	return flash
}

func open(t *testing.T, flash []byte) *Variables {
	t.Helper()
	v, err := Open(flash)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What the edits leave in the flash is what was set, whichever of them were made before the writer died.
func TestEditsLeaveTheVariablesValid(t *testing.T) {
	t.Parallel()
	flash := blank(4096)
	original := bytes.Clone(flash)
	v := open(t, flash)
	for _, value := range []string{"first", "first", "second"} {
		if err := errors.Join(v.Set(Global, "BootNext", []byte(value)), v.Set(Global, "Other", []byte("kept"))); err != nil {
			t.Fatal(err)
		}
	}
	v.Delete(Global, "Nothing")
	if n := len(v.Edits()); n != 4 {
		t.Errorf("%d edits", n)
	}
	for n := range len(v.Edits()) + 1 {
		copy(flash, original)
		for _, e := range v.Edits()[:n] {
			copy(flash[e.Offset:], e.Data)
		}
		got, _ := open(t, flash).Get(Global, "BootNext")
		if want := []string{"", "first", "first", "", "second"}[n]; string(got) != want {
			t.Errorf("after %d edits: %q, not %q", n, got, want)
		}
	}
	again := open(t, flash)
	again.Delete(Global, "BootNext")
	if _, ok := again.Get(Global, "BootNext"); ok {
		t.Error("it is still there")
	}
	if kept, ok := again.Get(Global, "Other"); !ok || string(kept) != "kept" {
		t.Errorf("%q", kept)
	}
}

func TestAFullStoreRefuses(t *testing.T) {
	t.Parallel()
	v := open(t, blank(200))
	if err := v.Set(Global, "Large", make([]byte, 200)); !errors.Is(err, ErrFull) || len(v.Edits()) != 0 {
		t.Errorf("%v", err)
	}
}

func TestDevicePath(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x0,0xFFFF,0x0)": "02010c00d041030a00000000" + "01010600021f" + "03120a000000ffff0000" + "7fff0400",
		"PciRoot(0)/Pci(1,0)/MAC(525400123456,0x1)/IPv4(0.0.0.0)": "02010c00d041030a00000000" + "010106000001" +
			"030b2500525400123456" + "0000000000000000000000000000000000000000000000000000" + "01" + "030c1b00" + "0000000000000000000000000000000000000000000000" + "7fff0400",
		`\EFI\x`: "04041200" + "5c004500460049005c00780000" + "00" + "7fff0400",
		`HD(1,GPT,00112233-4455-6677-8899-AABBCCDDEEFF,0x800,0x1000)/\a`: "04012a00" + "01000000" + "0008000000000000" + "0010000000000000" +
			"33221100554477668899aabbccddeeff" + "0202" + "04040a00" + "5c0061000000" + "7fff0400",
		"Uri(http://x/a,b.efi)": hex.EncodeToString(URI("http://x/a,b.efi")),
	} {
		got, err := DevicePath(text)
		if err != nil || hex.EncodeToString(got) != want {
			t.Errorf("%s: %v\n got %x\nwant %s", text, err, got, want)
		}
	}
	for _, text := range []string{"sda", "Pci(0x100,0)", "Pci(1)", "Floppy(0)", "Pci(1,2)x", "HD(1,GPT,zz)", "MAC(5254,1)", "Fv(1)", "IPv4(x)"} {
		if path, err := DevicePath(text); err == nil {
			t.Errorf("%s: %x", text, path)
		}
	}
}

func FuzzOpen(f *testing.F) {
	flash := blank(1024)
	v, _ := Open(flash)
	_ = v.Set(Global, "BootNext", []byte{1, 2})
	f.Add(flash)
	f.Fuzz(func(t *testing.T, flash []byte) {
		if v, err := Open(flash); err == nil {
			v.Delete(Global, "BootNext")
			_ = v.Set(Global, "BootNext", []byte{3})
		}
	})
}

func FuzzDevicePath(f *testing.F) {
	f.Add(`PciRoot(0x0)/HD(1,MBR,0x1)/\EFI\BOOT`)
	f.Fuzz(func(t *testing.T, text string) {
		if path, err := DevicePath(text); err == nil && len(path) < 4 {
			t.Errorf("%q: %x", text, path)
		}
	})
}
