package libvirt

import (
	"encoding/json"
	"encoding/xml"
	"time"

	"github.com/projectbeskar/hawkfish"
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
	Adopted    string                  `xml:"adopted,attr,omitempty"` // the domain's name when it was adopted; empty: HawkFish has made it
	Made       string                  `xml:"made,attr,omitempty"`    // digest of what the definition was made from
	LastReset  moment                  `xml:"last-reset,attr"`        // when it last started or was reset
	ResetCause schemas.LastResetCauses `xml:"reset-cause,attr,omitempty"`
	ResetOp    string                  `xml:"reset-op,attr,omitempty"` // the operation of its last reset
	NMIOp      string                  `xml:"nmi-op,attr,omitempty"`   // the operation of its last NMI
	Disc       string                  `xml:"disc,attr,omitempty"`     // ID of the medium in its CD drive
	Ejected    string                  `xml:"ejected,attr,omitempty"`  // IDs of media that the guest has put out by itself

	// What the next boot gives the guest, and what its last one has given.
	Shape          string `xml:"shape,attr,omitempty"`           // digest of what of the definition only a boot can give
	Generation     int64  `xml:"generation,attr,omitempty"`      // hawkfish.Machine.Generation of the definition
	Runs           string `xml:"runs,attr,omitempty"`            // Shape, as the guest was started
	RunsGeneration int64  `xml:"runs-generation,attr,omitempty"` // Generation, as the guest was started
	Override       string `xml:"override,attr,omitempty"`        // hawkfish.BootOverride in JSON, of one that is not in the definition
	Booted         int64  `xml:"booted,attr,omitempty"`          // serial of the override that was consumed last
	Planted        bool   `xml:"planted,attr,omitempty"`         // an override was written into the firmware's variables

	// What becomes of it when its host has been started anew.
	Restore  schemas.PowerRestorePolicyTypes `xml:"restore,attr,omitempty"`   // empty: AlwaysOff, and the rest is not kept
	On       bool                            `xml:"on,attr,omitempty"`        // with LastState: it runs, or would if its host did
	HostBoot string                          `xml:"host-boot,attr,omitempty"` // which run of the host (Config.BootFile) Restore has been heeded in

	Seed string `xml:"seed,attr,omitempty"` // the volume of what cloud-init is to find

	// A guest that is found off is started anew when its reboot was what ended it.
	Armed  bool   `xml:"armed,attr,omitempty"`  // its own reboot ends it, so that it can be started anew
	Button bool   `xml:"button,attr,omitempty"` // its power button has been pressed since it was started
	Cycle  string `xml:"cycle,attr,omitempty"`  // the operation that has stopped it to start it anew
}

// override is what the next boot is from, when that is not in the definition. One that was to hold once and has been
// consumed is the zero one.
func (m mark) override() (o hawkfish.BootOverride) {
	if m.Override == "" || json.Unmarshal([]byte(m.Override), &o) != nil {
		return hawkfish.BootOverride{}
	}
	if o.Enabled == schemas.BootSourceOverrideEnabledOnce && o.Serial == m.Booted {
		return hawkfish.BootOverride{}
	}
	return o
}

// needsBoot reports whether a guest that runs has still to be given something that only a start from off can give.
func (m mark) needsBoot() bool {
	return m.Runs != "" && m.Runs != m.Shape || m.override().Active()
}

// running is the generation of the machine that a guest has which runs.
func (m mark) running() int64 {
	if m.needsBoot() {
		return m.RunsGeneration
	}
	return m.Generation
}

// cycleCauses are the restarts that nobody has asked HawkFish for.
var cycleCauses = map[string]schemas.LastResetCauses{
	byItself: schemas.LastResetCausesOSSoftRestart, byPolicy: schemas.LastResetCausesPowerRestorePolicy,
}

// startCause is why a guest starts now.
func (m mark) startCause() schemas.LastResetCauses {
	return orDefault(cycleCauses[m.Cycle], schemas.LastResetCausesManagementCommand)
}

// start is the mark of a guest that starts now, from an override if there is one.
func (m mark) start(o hawkfish.BootOverride) mark {
	m.LastReset, m.ResetCause = moment{now()}, m.startCause()
	m.Runs, m.RunsGeneration = m.Shape, m.Generation
	if o.Enabled == schemas.BootSourceOverrideEnabledOnce {
		m.Booted = o.Serial
	}
	if _, ours := cycleCauses[m.Cycle]; m.Cycle != "" && !ours {
		m.ResetOp = m.Cycle
	}
	m.On = m.Restore == schemas.PowerRestorePolicyTypesLastState
	m.Armed, m.Button, m.Cycle = false, false, ""
	return m
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
