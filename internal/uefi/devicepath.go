package uefi

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// DevicePath encodes the text of a device path (UEFI 2.10, 10.6). It knows the nodes by which machines name what they boot from.
// A last node that starts with a backslash is a file; alone, the firmware looks for it on every device.
func DevicePath(text string) ([]byte, error) {
	var path []byte
	for rest := text; rest != ""; {
		var node string
		if strings.HasPrefix(rest, `\`) {
			node, rest = rest, ""
			path = append(path, makeNode(4, 4, toUTF16(node))...)
			continue
		}
		end := strings.IndexByte(rest, ')')
		open := strings.IndexByte(rest, '(')
		if open < 0 || end < open {
			return nil, fmt.Errorf("%q is no device path node", rest)
		}
		name, inner := rest[:open], rest[open+1:end]
		rest = rest[end+1:]
		if rest != "" && !strings.HasPrefix(rest, "/") {
			return nil, fmt.Errorf("%q does not follow a node", rest)
		}
		rest = strings.TrimPrefix(rest, "/")
		encode, known := nodes[strings.ToLower(name)]
		if !known {
			return nil, fmt.Errorf("device path node %q is not known", name)
		}
		args := fields{all: strings.Split(inner, ",")}
		raw := encode(&args)
		if args.err != nil {
			return nil, fmt.Errorf("device path node %s(%s): %w", name, inner, args.err)
		}
		path = append(path, raw...)
	}
	return append(path, 0x7f, 0xff, 4, 0), nil
}

// URI is the short form of a device path to what HTTP boot fetches; empty: from where DHCP says (UEFI 2.10, 24.7).
func URI(uri string) []byte {
	return append(makeNode(3, 24, []byte(uri)), 0x7f, 0xff, 4, 0)
}

// LoadOption is the value of a variable Boot#### (UEFI 2.10, 3.1.3).
func LoadOption(description string, path []byte) []byte {
	const active = 1
	option := binary.LittleEndian.AppendUint32(nil, active)
	option = binary.LittleEndian.AppendUint16(option, uint16(len(path)))
	return append(append(option, toUTF16(description)...), path...)
}

func makeNode(kind, sub byte, data []byte) []byte {
	head := []byte{kind, sub, 0, 0}
	binary.LittleEndian.PutUint16(head[2:], uint16(4+len(data)))
	return append(head, data...)
}

// nodes are the nodes that can be encoded, by their names in small letters.
var nodes = map[string]func(f *fields) []byte{
	"pciroot": func(f *fields) []byte { return makeNode(2, 1, f.put(4, f.fixed(0x0a0341d0), f.number(0, 4))) },
	"pci": func(f *fields) []byte {
		device, function := f.number(0, 1), f.number(1, 1)
		return makeNode(1, 1, []byte{byte(function), byte(device)})
	},
	"sata": func(f *fields) []byte {
		return makeNode(3, 18, f.put(2, f.number(0, 2), f.number(1, 2), f.number(2, 2)))
	},
	"scsi": func(f *fields) []byte { return makeNode(3, 2, f.put(2, f.number(0, 2), f.number(1, 2))) },
	"usb":  func(f *fields) []byte { return makeNode(3, 5, f.put(1, f.number(0, 1), f.number(1, 1))) },
	"mac": func(f *fields) []byte {
		address := make([]byte, 32)
		copy(address, f.bytes(0, 6))
		return makeNode(3, 11, append(address, byte(f.number(1, 1))))
	},
	"ipv4": func(f *fields) []byte {
		data := make([]byte, 23)
		if remote := f.text(0); remote != "" {
			at, err := netip.ParseAddr(remote)
			if err != nil || !at.Is4() {
				f.fail("an IPv4 address is missing")
				return nil
			}
			copy(data[4:], at.AsSlice())
		}
		return makeNode(3, 12, data)
	},
	"uri": func(f *fields) []byte { return makeNode(3, 24, []byte(strings.Join(f.all, ","))) },
	"hd": func(f *fields) []byte {
		data := f.put(4, f.number(0, 4))
		data = append(data, f.put(8, f.place(3), f.place(4))...)
		signature, format := f.signature()
		return makeNode(4, 1, append(append(data, signature[:]...), format, format))
	},
	"cdrom": func(f *fields) []byte {
		return makeNode(4, 2, append(f.put(4, f.number(0, 4)), f.put(8, f.place(1), f.place(2))...))
	},
	"fv":     func(f *fields) []byte { return makeNode(4, 7, f.guid()) },
	"fvfile": func(f *fields) []byte { return makeNode(4, 6, f.guid()) },
}

// fields are the arguments of a node. The first thing wrong with them is kept.
type fields struct {
	all []string
	err error
}

func (f *fields) fail(why string) {
	if f.err == nil {
		f.err = fmt.Errorf("%s", why)
	}
}

func (f *fields) text(i int) string {
	if i >= len(f.all) {
		return ""
	}
	return strings.TrimSpace(f.all[i])
}

// number reads a number that fits into so many bytes.
func (f *fields) number(i, size int) uint64 {
	n, err := strconv.ParseUint(f.text(i), 0, size*8)
	if err != nil {
		f.fail(fmt.Sprintf("argument %d is not a number of %d bytes", i+1, size))
	}
	return n
}

// place is a number of blocks, which need not be there.
func (f *fields) place(i int) uint64 {
	if f.text(i) == "" {
		return 0
	}
	return f.number(i, 8)
}

func (f *fields) fixed(n uint64) uint64 { return n }

// put encodes numbers of so many bytes each.
func (f *fields) put(size int, numbers ...uint64) []byte {
	var out []byte
	for _, n := range numbers {
		out = append(out, binary.LittleEndian.AppendUint64(nil, n)[:size]...)
	}
	return out
}

func (f *fields) bytes(i, size int) []byte {
	raw, err := hex.DecodeString(f.text(i))
	if err != nil || len(raw) != size {
		f.fail(fmt.Sprintf("argument %d is not %d bytes in hexadecimal digits", i+1, size))
	}
	return raw
}

func (f *fields) guid() []byte {
	g, ok := parseGUID(f.text(0))
	if !ok {
		f.fail("a GUID is missing")
	}
	return g[:]
}

// signature is that of a partition, and its format: 1 is MBR, 2 is GPT.
func (f *fields) signature() (s [16]byte, format byte) {
	switch strings.ToUpper(f.text(1)) {
	case "MBR":
		binary.LittleEndian.PutUint32(s[:], uint32(f.number(2, 4)))
		return s, 1
	case "GPT":
		g, ok := parseGUID(f.text(2))
		if !ok {
			f.fail("a GUID is missing")
		}
		return g, 2
	}
	f.fail("a partition is MBR or GPT")
	return s, 0
}
