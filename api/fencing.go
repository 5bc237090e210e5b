package api

import (
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/control"
)

// fencingView is how a host is switched off that may be dead. The password is shown to nobody.
type fencingView struct {
	Method            hawkfish.FenceMethod `json:"Method"`
	Address           string               `json:"Address,omitempty"`
	System            string               `json:"System,omitempty"`
	UserName          string               `json:"UserName,omitempty"`
	HasPassword       bool                 `json:"HasPassword"`
	VerifyCertificate bool                 `json:"VerifyCertificate"`
	Agent             string               `json:"Agent,omitempty"`
	Options           map[string]string    `json:"Options,omitempty"`
	AutomaticRecovery bool                 `json:"AutomaticRecovery"`
}

func showFencing(f hawkfish.Fencing) *fencingView {
	if f.Method == "" {
		return nil
	}
	return &fencingView{f.Method, f.Address, f.System, f.UserName, f.Password != nil, !f.Unverified, f.Agent, f.Options, f.Automatic}
}

// fencingPatch is the same as it is set, as a whole; {} takes it away.
type fencingPatch struct {
	Method            hawkfish.FenceMethod `json:"Method"`
	Address           string               `json:"Address" validate:"max=1024"`
	System            string               `json:"System" validate:"max=1024"`
	UserName          string               `json:"UserName" validate:"max=255"`
	Password          *string              `json:"Password" validate:"max=255" secret:"true"` // absent: what it was, for the same user at the same address
	VerifyCertificate *bool                `json:"VerifyCertificate"`                         // absent: true
	Agent             string               `json:"Agent" validate:"max=63"`
	Options           json.RawMessage      `json:"Options"`
	AutomaticRecovery bool                 `json:"AutomaticRecovery"`
}

// noun is what a patch asks for.
func (p *fencingPatch) noun(c *control.Control, hostID string) (hawkfish.Fencing, error) {
	f := hawkfish.Fencing{
		Method: p.Method, Address: p.Address, System: p.System, UserName: p.UserName,
		Unverified: p.VerifyCertificate != nil && !*p.VerifyCertificate, Agent: p.Agent, Automatic: p.AutomaticRecovery,
	}
	if p.Options != nil && json.Unmarshal(p.Options, &f.Options) != nil {
		return f, hawkfish.Refused("/Fencing/Options", "", "options are an object of strings")
	}
	if err := f.Check(); err != nil {
		return f, err
	}
	if p.Password == nil || *p.Password == "" {
		return f, nil
	}
	sealed, err := c.Seal(*p.Password, hawkfish.FencingLabel(hostID))
	f.Password = &sealed
	return f, err
}

// set changes how a host is fenced; nil: it stays as it is.
func (p *fencingPatch) set(h *hawkfish.Host, to hawkfish.Fencing) {
	if p == nil {
		return
	}
	if p.Password == nil && to.Method == h.Fencing.Method && to.Address == h.Fencing.Address && to.UserName == h.Fencing.UserName {
		to.Password = h.Fencing.Password
	}
	h.Fencing = to
}
