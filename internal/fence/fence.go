// Package fence switches the machines off that hosts run on: by their BMCs, in Redfish, or by a fence agent of ClusterLabs, of which there
// is one for IPMI, for switched sockets, and for much else.
//
// It does not know when a host is to be fenced.
package fence

import (
	"context"
	"net/http"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/outbound"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Config is what it takes.
type Config struct {
	Unseal func(secret hawkfish.Sealed, label string) (string, error)
	Allow  outbound.Policy // where BMCs may be
	Agents string          // folder with the fence agents, such as /usr/sbin
}

// Fencer switches machines off. It holds no state: any number may work at once.
type Fencer struct {
	cfg     Config
	bmc     *http.Client // verifies certificates
	trustee *http.Client // does not
}

// New makes a fencer.
func New(cfg Config) *Fencer {
	limits := outbound.Options{Connect: 5 * time.Second, Header: answerWithin}
	f := &Fencer{cfg: cfg, bmc: cfg.Allow.Client(limits)}
	limits.Unverified = true
	f.trustee = cfg.Allow.Client(limits)
	return f
}

const (
	answerWithin = 20 * time.Second // of a single request
	lookEvery    = time.Second      // at the power, until it is off
)

// machine is one host's power.
type machine interface {
	off(ctx context.Context) error
	power(ctx context.Context) (schemas.PowerState, error)
}

// Off switches a host off, and returns when it has been seen to be off: before ctx ends, or with an error. Doing so again is harmless.
// Unavailable when the power could not be switched or looked at, Invalid for what can never work.
func (f *Fencer) Off(ctx context.Context, hostID string, how hawkfish.Fencing) error {
	m, err := f.machine(hostID, how)
	if err != nil {
		return err
	}
	if now, err := m.power(ctx); err == nil && now == schemas.PowerStateOff {
		return nil
	}
	if err := m.off(ctx); err != nil {
		return err
	}
	for {
		now, err := m.power(ctx)
		if err == nil && now == schemas.PowerStateOff {
			return nil
		}
		select {
		case <-ctx.Done():
			return down("the host has been told to switch off, and was not seen to be off", err)
		case <-time.After(lookEvery):
		}
	}
}

// Power looks whether a host is on.
func (f *Fencer) Power(ctx context.Context, hostID string, how hawkfish.Fencing) (schemas.PowerState, error) {
	m, err := f.machine(hostID, how)
	if err != nil {
		return "", err
	}
	return m.power(ctx)
}

func (f *Fencer) machine(hostID string, how hawkfish.Fencing) (machine, error) {
	if err := how.Check(); err != nil { // also what an older version has taken
		return nil, err
	}
	var password string
	if how.Password != nil {
		var err error
		if password, err = f.cfg.Unseal(*how.Password, hawkfish.FencingLabel(hostID)); err != nil {
			return nil, err
		}
	}
	switch how.Method {
	case hawkfish.FenceRedfish:
		client := f.bmc
		if how.Unverified {
			client = f.trustee
		}
		return newBMC(client, how, password)
	case hawkfish.FenceAgent:
		return newAgent(f.cfg.Agents, how, password)
	default:
		return nil, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: hostID, Message: "nothing says how it is switched off: switch it off, and confirm that it is dead"}
	}
}

func down(why string, cause error) error {
	return &hawkfish.Error{Kind: hawkfish.Unavailable, Message: why, Err: cause}
}
