package libvirt

import (
	"encoding/xml"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// namespace is the XML namespace of the marks; it is part of what is stored on hosts.
const (
	namespace = "https://hawkfish.dev/xmlns/libvirt/1"
	prefix    = "hawkfish"
)

// mark is what HawkFish keeps in a domain's metadata. A domain that has one is
// a system of HawkFish's; and a worker that starts anew finds in it what the
// one before it has done.
type mark struct {
	XMLName    xml.Name                `xml:"system"`
	Project    string                  `xml:"project,attr"`
	Image      string                  `xml:"image,attr,omitempty"`
	Made       string                  `xml:"made,attr,omitempty"` // digest of what the definition was made from
	LastReset  moment                  `xml:"last-reset,attr"`     // when it last started or was reset
	ResetCause schemas.LastResetCauses `xml:"reset-cause,attr,omitempty"`
	ResetOp    string                  `xml:"reset-op,attr,omitempty"` // the operation of its last reset
	NMIOp      string                  `xml:"nmi-op,attr,omitempty"`   // the operation of its last NMI
}

// plain is the element as virDomainSetMetadata takes it: libvirt adds the namespace.
func (m mark) plain() (string, error) {
	m.XMLName = xml.Name{Local: "system"}
	text, err := xml.Marshal(m)
	return string(text), err
}

// qualified is the element as it stands in a domain's XML.
func (m mark) qualified() (string, error) {
	text, err := xml.Marshal(struct {
		XMLName xml.Name
		mark
		Namespace string `xml:"xmlns:hawkfish,attr"`
	}{XMLName: xml.Name{Local: prefix + ":system"}, mark: m, Namespace: namespace})
	return string(text), err
}

func parseMark(text string) (mark, error) {
	var m mark
	err := xml.Unmarshal([]byte(text), &m)
	return m, err
}

// moment is a time in XML; the zero one is left out.
type moment struct{ time.Time }

// now is the host's clock, as exact as every part of HawkFish keeps it.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

func (m moment) MarshalXMLAttr(name xml.Name) (xml.Attr, error) {
	if m.IsZero() {
		return xml.Attr{}, nil
	}
	return xml.Attr{Name: name, Value: m.Format(time.RFC3339Nano)}, nil
}

func (m *moment) UnmarshalXMLAttr(a xml.Attr) (err error) {
	m.Time, err = time.Parse(time.RFC3339Nano, a.Value)
	return err
}
