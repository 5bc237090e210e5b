package hawkfish

import (
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A host that cannot be reached may be dead, or may run its guests all the same. What it runs may only be started elsewhere when it is
// known to be dead: when it has been switched off, or when a person says so. That is what fencing is.

// Fencing says how a host is switched off for sure. The zero value: a person does it, and says so (ConfirmDead).
type Fencing struct {
	Method FenceMethod `json:"method,omitempty"`
	// Address is where the host's power is switched: of Redfish the service's URL, of Agent whatever the agent takes as its "ip".
	Address  string            `json:"address,omitempty"`
	System   string            `json:"system,omitempty"` // the Id or the URI of the host among the service's systems; empty: it has one alone
	UserName string            `json:"user,omitempty"`
	Password *Sealed           `json:"password,omitempty"`
	Agent    string            `json:"agent,omitempty"`   // of Agent: its name, such as "fence_ipmilan"
	Options  map[string]string `json:"options,omitempty"` // of Agent: further options, by the agent's own names
	// Unverified: the service's certificate is not verified.
	Unverified bool `json:"unverified,omitempty"`
	// Automatic: the host is fenced, and its systems are brought elsewhere, as soon as the evidence says that it is dead.
	Automatic bool `json:"automatic,omitempty"`
}

// FenceMethod is a way to switch a host off.
type FenceMethod string

const (
	FenceRedfish FenceMethod = "Redfish" // the host's own BMC
	FenceAgent   FenceMethod = "Agent"   // a fence agent of ClusterLabs (fence-agents), for IPMI, switched sockets, and so on
)

// Values lists the methods.
func (FenceMethod) Values() []string { return []string{string(FenceRedfish), string(FenceAgent)} }

var (
	fenceAgent  = regexp.MustCompile(`^fence_[a-z0-9_]{1,56}$`)
	agentOption = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,63}$`)
	// agentRefuses would have an agent run programs or write files of a caller's choice, or is said elsewhere.
	agentRefuses = regexp.MustCompile(`(_script|_path|_file|_log)$|^(verbose|debug.*|action|ip|ipaddr|username|login|password|passwd|plug|port)$`)
)

// Check says everything that is wrong with it, as of a host's property /Fencing.
func (f Fencing) Check() error {
	var faults []error
	refuse := func(at, value, why string) { faults = append(faults, Refused("/Fencing"+at, value, why)) }
	for at, value := range map[string]string{"/Address": f.Address, "/System": f.System, "/UserName": f.UserName, "/Agent": f.Agent} {
		if f.Method == "" && value != "" {
			refuse(at, value, "there is no Method that it belongs to")
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
			refuse(at, "", "it must be one line")
		}
	}
	if f.Automatic && f.Method == "" {
		refuse("/Automatic", "true", "nothing says how the host is switched off")
	}
	switch f.Method {
	case FenceRedfish:
		if u, err := url.Parse(f.Address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
			refuse("/Address", f.Address, "it must be the URL of a Redfish service, without credentials")
		}
	case FenceAgent:
		if !fenceAgent.MatchString(f.Agent) {
			refuse("/Agent", f.Agent, "it must be the name of a fence agent, such as fence_ipmilan")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(f.Options)) {
		switch {
		case f.Method != FenceAgent || !agentOption.MatchString(key) || agentRefuses.MatchString(key):
			refuse("/Options/"+key, key, "it is no option that may be given here")
		case strings.ContainsFunc(f.Options[key], func(r rune) bool { return r < ' ' }):
			refuse("/Options/"+key, "", "it must be one line")
		}
	}
	return errors.Join(faults...)
}

// FencingLabel binds a sealed password to its host.
func FencingLabel(hostID string) string { return "fencing of " + hostID }

// Evidence is what is known of a host that may be dead.
type Evidence struct {
	HostID string        `json:"host"`
	Silent time.Duration `json:"silent"` // since when its worker has not been heard of
	State  HostState     `json:"state"`
	// Peers are the hosts that were asked whether they reach the host's libvirt.
	Peers []PeerView `json:"peers,omitempty"`
}

// PeerView is what another host says of a host.
type PeerView struct {
	HostID  string  `json:"host"`
	Reaches Reaches `json:"reaches"`
	Why     string  `json:"why,omitempty"`
}

// Reaches says whether one host reaches another.
type Reaches string

const (
	ReachesYes     Reaches = "Yes"
	ReachesNo      Reaches = "No"
	ReachesUnknown Reaches = "Unknown" // it could not be asked, or reaches nobody else either
)

// Life is what the evidence says of a host.
type Life string

const (
	LifeAlive   Life = "Alive"   // its worker reports
	LifePartial Life = "Partial" // its worker is silent, but others reach its libvirt: only the worker is gone
	LifeUnclear Life = "Unclear" // nobody who could say has been heard
	LifeDead    Life = "Dead"    // its worker is silent, and a majority of the others that can say so does not reach it, and none does
)

// Life judges a host. Whoever is in doubt does not fence.
func (e Evidence) Life() Life {
	counts := map[Reaches]int{}
	for _, p := range e.Peers {
		counts[p.Reaches]++
	}
	switch {
	case e.Silent < HostSilence:
		return LifeAlive
	case counts[ReachesYes] > 0:
		return LifePartial
	case counts[ReachesNo] > 0 && 2*counts[ReachesNo] > len(e.Peers):
		return LifeDead
	default:
		return LifeUnclear
	}
}

// Recovery asks for a system to be started elsewhere than on a dead host.
type Recovery struct {
	SystemID string `json:"system"`
	From     string `json:"from"`
	Start    bool   `json:"start,omitempty"` // its guest ran
}

// FenceOrder asks for a host to be fenced, and for what is on it to be started elsewhere.
type FenceOrder struct {
	Plan
	HostID    string `json:"host"`
	Requester string `json:"requester"` // user name
	// Confirmed: a person says that the host is off; nothing is switched.
	Confirmed bool `json:"confirmed,omitempty"`
	// Suspected: the fleet asks by itself, and only goes on when the evidence says Dead.
	Suspected bool `json:"suspected,omitempty"`
	// Systems are to be brought elsewhere, in this order.
	Systems []Recovery `json:"systems"`
}
