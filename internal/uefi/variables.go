// Package uefi reads and changes what UEFI firmware keeps: its variables, as EDK II (and so OVMF) lays them out in flash, and
// the device paths in them. It knows no virtual machines and touches no files.
package uefi

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"unicode/utf16"
)

// GUID is a GUID as it lies in memory (UEFI 2.10, appendix A).
type GUID [16]byte

// Global is the vendor of the variables that the standard defines (UEFI 2.10, 3.3).
var Global = GUID{0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}

// Persistent are the attributes of a variable that outlives the boot, and that the guest's system may read.
const Persistent = 0x7

// Variables are the variables in the flash of a guest that is off. They are EDK II's authenticated format
// (MdeModulePkg/Include/Guid/VariableFormat.h): records that are only ever appended, and marked when they are no longer valid.
type Variables struct {
	flash   []byte
	records []record
	free    int // where the next record goes
	end     int // of the store
	edits   []Edit
}

// Edit is bytes that are to be written at a place of the flash. Each leaves the variables valid; they are to be written in their order.
type Edit struct {
	Offset int
	Data   []byte
}

type record struct {
	at     int
	state  byte
	vendor GUID
	name   string
	data   []byte
}

const (
	volumeHeader = 0x48 // EFI_FIRMWARE_VOLUME_HEADER with two block maps
	storeHeader  = 28   // VARIABLE_STORE_HEADER
	recordHeader = 60   // AUTHENTICATED_VARIABLE_HEADER

	startID   = 0x55aa
	added     = 0x3f
	deleted   = 0xfd // cleared bits say so
	formatted = 0x5a
	healthy   = 0xfe
)

// The signatures of an authenticated store (gEfiAuthenticatedVariableGuid), and of a firmware volume.
var (
	authenticated = GUID{0x78, 0x2c, 0xf3, 0xaa, 0x7b, 0x94, 0x9a, 0x43, 0xa1, 0x80, 0x2e, 0x14, 0x4e, 0xc3, 0x77, 0x92}
	volumeMagic   = []byte("_FVH")
)

var errLayout = errors.New("these are no variables in EDK II's authenticated format")

// Open reads the variables in a flash.
func Open(flash []byte) (*Variables, error) {
	if len(flash) < volumeHeader+storeHeader || !bytes.Equal(flash[0x28:0x2c], volumeMagic) {
		return nil, errLayout
	}
	head := int(binary.LittleEndian.Uint16(flash[0x30:]))
	if head < volumeHeader || head+storeHeader > len(flash) || GUID(flash[head:head+16]) != authenticated ||
		flash[head+20] != formatted || flash[head+21] != healthy {
		return nil, errLayout
	}
	v := &Variables{flash: flash, free: head + storeHeader, end: head + int(binary.LittleEndian.Uint32(flash[head+16:]))}
	if v.end > len(flash) {
		return nil, errLayout
	}
	for v.free+recordHeader <= v.end && binary.LittleEndian.Uint16(flash[v.free:]) == startID {
		r, next, err := v.read(v.free)
		if err != nil {
			return nil, err
		}
		v.records = append(v.records, r)
		v.free = next
	}
	return v, nil
}

func (v *Variables) read(at int) (record, int, error) {
	head := v.flash[at:]
	names, size := int64(binary.LittleEndian.Uint32(head[36:])), int64(binary.LittleEndian.Uint32(head[40:]))
	end := int64(at) + recordHeader + names + size
	if end > int64(v.end) || names%2 != 0 {
		return record{}, 0, errLayout
	}
	name := head[recordHeader : recordHeader+names]
	return record{
		at: at, state: head[2], vendor: GUID(head[44:60]), name: fromUTF16(name),
		data: head[recordHeader+names : recordHeader+names+size],
	}, int(end+3) &^ 3, nil
}

// Get returns a variable's value; ok is false when there is none.
func (v *Variables) Get(vendor GUID, name string) (value []byte, ok bool) {
	for _, r := range v.records {
		if r.state == added && r.vendor == vendor && r.name == name {
			return r.data, true
		}
	}
	return nil, false
}

// Delete removes a variable, if there is one.
func (v *Variables) Delete(vendor GUID, name string) {
	for i := range v.records {
		if r := &v.records[i]; r.state == added && r.vendor == vendor && r.name == name {
			r.state &= deleted
			v.write(r.at+2, []byte{r.state})
		}
	}
}

// ErrFull is that there is no room for a variable before the firmware has tidied up, which it does when it runs.
var ErrFull = errors.New("the firmware's variables are full")

// Set gives a variable that outlives the boot a value.
func (v *Variables) Set(vendor GUID, name string, value []byte) error {
	if old, ok := v.Get(vendor, name); ok && bytes.Equal(old, value) {
		return nil
	}
	text := toUTF16(name)
	body := make([]byte, recordHeader, recordHeader+len(text)+len(value)+3)
	binary.LittleEndian.PutUint16(body, startID)
	body[2] = added
	binary.LittleEndian.PutUint32(body[4:], Persistent)
	binary.LittleEndian.PutUint32(body[36:], uint32(len(text)))
	binary.LittleEndian.PutUint32(body[40:], uint32(len(value)))
	copy(body[44:], vendor[:])
	body = append(append(body, text...), value...)
	for len(body)%4 != 0 {
		body = append(body, 0xff)
	}
	if v.free+len(body) > v.end {
		return ErrFull
	}
	// A variable that is missing is what the firmware bears with; one that is there twice it would read wrongly.
	v.Delete(vendor, name)
	at := v.free
	v.write(at, body)
	v.free += len(body)
	r, _, err := v.read(at)
	v.records = append(v.records, r)
	return err
}

func (v *Variables) write(at int, data []byte) {
	copy(v.flash[at:], data)
	v.edits = append(v.edits, Edit{at, bytes.Clone(data)})
}

// Edits returns what is to be written to the flash.
func (v *Variables) Edits() []Edit { return v.edits }

func toUTF16(text string) []byte {
	var out []byte
	for _, unit := range append(utf16.Encode([]rune(text)), 0) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func fromUTF16(text []byte) string {
	var units []uint16
	for ; len(text) >= 2; text = text[2:] {
		units = append(units, binary.LittleEndian.Uint16(text))
	}
	for len(units) > 0 && units[len(units)-1] == 0 {
		units = units[:len(units)-1]
	}
	return string(utf16.Decode(units))
}

// parseGUID reads a GUID as it is written: "8BE4DF61-93CA-11D2-AA0D-00E098032B8C".
func parseGUID(text string) (g GUID, ok bool) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return g, false
	}
	raw, err := hex.DecodeString(text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:])
	if err != nil {
		return g, false
	}
	for i, from := range [16]int{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15} {
		g[i] = raw[from]
	}
	return g, true
}
