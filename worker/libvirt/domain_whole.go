package libvirt

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	golibvirt "github.com/digitalocean/go-libvirt"
	"libvirt.org/go/libvirtxml"

	"github.com/projectbeskar/hawkfish"
)

// describeWhole reads a domain's definition to change something of it. Unsupported when there is something in it that
// would be lost on the way: what a libvirt has learnt that is newer than this program.
func describeWhole(c *conn, dom golibvirt.Domain) (*libvirtxml.Domain, error) {
	text, err := c.DomainGetXMLDesc(dom, golibvirt.DomainXMLInactive|golibvirt.DomainXMLSecure)
	if err != nil {
		return nil, err
	}
	return parseWhole(text)
}

func parseWhole(text string) (*libvirtxml.Domain, error) {
	var d libvirtxml.Domain
	if err := d.Unmarshal(text); err != nil {
		return nil, fmt.Errorf("a domain's description: %w", err)
	}
	if d.OS == nil || d.OS.Type == nil || d.VCPU == nil || d.Memory == nil {
		return nil, fmt.Errorf("a domain's description lacks what every domain has")
	}
	again, err := d.Marshal()
	if err != nil {
		return nil, err
	}
	lost, err := lostNames(text, again)
	if err != nil {
		return nil, err
	}
	if len(lost) > 0 {
		return nil, &hawkfish.Error{
			Kind: hawkfish.Unsupported, Message: "its description has something that this version does not know: " + strings.Join(lost[:min(len(lost), 5)], ", "),
		}
	}
	if d.Devices == nil {
		d.Devices = &libvirtxml.DomainDeviceList{}
	}
	return &d, nil
}

// lostNames lists the elements and attributes of one document that the other has fewer of.
func lostNames(before, after string) ([]string, error) {
	had, err := namesIn(before)
	if err != nil {
		return nil, err
	}
	has, err := namesIn(after)
	if err != nil {
		return nil, err
	}
	var lost []string
	for part, n := range had {
		if has[part] < n {
			lost = append(lost, part)
		}
	}
	slices.Sort(lost)
	return lost, nil
}

// namesIn counts the elements and attributes of a document by their path, and the texts in it: "/domain/os/loader@type".
// Names are told apart by their own part alone: which prefix a namespace has is of no importance.
func namesIn(text string) (map[string]int, error) {
	parts := map[string]int{}
	var path []string
	for d := xml.NewDecoder(strings.NewReader(text)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return nil, fmt.Errorf("a domain's description: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Local)
			at := "/" + strings.Join(path, "/")
			parts[at]++
			for _, a := range token.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					parts[at+"@"+a.Name.Local]++
				}
			}
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if strings.TrimSpace(string(token)) != "" {
				parts["/"+strings.Join(path, "/")+" text"]++
			}
		}
	}
}

// withoutMark is the inside of a domain's metadata without HawkFish's element; what others keep there stays.
func withoutMark(metadata string) (string, error) {
	d := xml.NewDecoder(strings.NewReader(metadata))
	var rest strings.Builder
	kept, depth := int64(0), 0
	for skip := false; ; {
		from := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			rest.WriteString(metadata[kept:])
			return strings.TrimSpace(rest.String()), nil
		}
		if err != nil {
			return "", fmt.Errorf("a domain's metadata: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 && token.Name.Space == namespace {
				rest.WriteString(metadata[kept:from])
				skip = true
			}
			depth++
		case xml.EndElement:
			depth--
			if depth == 0 && skip {
				kept, skip = d.InputOffset(), false
			}
		}
	}
}
