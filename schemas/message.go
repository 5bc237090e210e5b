package schemas

import (
	"strconv"
	"strings"
)

// Message is an entry of a registry with its arguments filled in, as it stands
// in @Message.ExtendedInfo (DSP0266, error responses) or in a task's Messages.
// It is made by the constructors of the registries, one per message, so that a
// wrong number of arguments does not compile.
type Message struct {
	ID         string // such as "Base.1.22.PropertyUnknown"
	Text       string
	Args       []string
	Severity   Health
	Resolution string
	Property   string // JSON pointer (RFC 6901) of what it is about, such as "/Boot/Primary"; empty: the whole
	Status     int    // HTTP status when it answers a request; 0: it is not meant to
}

// At returns the message about the property that a JSON pointer names.
func (m Message) At(pointer string) Message {
	m.Property = pointer
	return m
}

// Definition is an entry of a registry (DSP2046, MessageRegistry).
type Definition struct {
	Key         string // such as "PropertyUnknown"
	ID          string // such as "Base.1.22.PropertyUnknown": DSP0266 leaves out the version's last part
	Description string
	Text        string // with %1, %2… for the arguments
	ParamTypes  []ParamType
	Severity    Health
	Resolution  string
	Status      int // see Message.Status
	// ClearsAll and Clears say which earlier messages of the same origin are
	// over when this one comes: all, or those with these keys.
	ClearsAll bool
	Clears    []string
	// Deprecated is the registry's version since which the message should not be used.
	Deprecated string
}

// message fills the arguments in. An argument that holds "%2" stays as it is.
func (d *Definition) message(args ...string) Message {
	m := Message{ID: d.ID, Text: d.Text, Args: args, Severity: d.Severity, Resolution: d.Resolution, Status: d.Status}
	if len(args) == 0 {
		return m
	}
	pairs := make([]string, 0, 2*len(args))
	for i, arg := range args {
		pairs = append(pairs, "%"+strconv.Itoa(i+1), arg)
	}
	fill := strings.NewReplacer(pairs...)
	m.Text, m.Resolution = fill.Replace(d.Text), fill.Replace(d.Resolution)
	return m
}

// Registry is a message registry as it is served under /redfish/v1/Registries.
type Registry struct {
	Prefix      string // such as "Base"
	Version     string // such as "1.22.1"
	Name        string
	Description string
	Language    string // RFC 5646, of all texts
	Owner       string // who defines its messages
	Messages    []Definition
}

// ID is the registry's Id and the name of its file: "Base.1.22.1".
func (r Registry) ID() string { return r.Prefix + "." + r.Version }

// MessagePrefix is what MessageIds of the registry begin with: "Base.1.22".
func (r Registry) MessagePrefix() string {
	return r.Prefix + "." + r.Version[:strings.LastIndexByte(r.Version, '.')]
}
