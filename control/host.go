package control

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"regexp"
	"strconv"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

// HostRequest registers a host.
type HostRequest struct {
	Name       string // what its worker calls it, in lower case
	URI        string // libvirt's, for operators: the worker says its own
	Labels     map[string]string
	Taints     []hawkfish.Taint
	Overcommit hawkfish.Overcommit
}

var hostID = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}$`)

// maxTaints bounds what is kept of a host, and looked at with every placement.
const maxTaints = 64

// RegisterHost prepares a host, and returns the token that its worker has to show. The token is kept nowhere.
func (c *Control) RegisterHost(ctx context.Context, req HostRequest) (hawkfish.Host, hawkfish.JoinToken, error) {
	var faults []error
	if !hostID.MatchString(req.Name) || uuid.Validate(req.Name) == nil { // systems are known by UUIDs where hosts are, too
		faults = append(faults, hawkfish.Refused("/Name", req.Name, "it must be lower case letters, digits, dots and hyphens, at most 63, the first a letter or a digit, and no UUID"))
	}
	faults = append(faults, checkTaints(req.Taints), checkOvercommit(req.Overcommit))
	if err := errors.Join(faults...); err != nil {
		return hawkfish.Host{}, "", err
	}
	token := newJoinToken()
	h, err := c.Store.RegisterHost(ctx, hawkfish.Host{
		ID: req.Name, URI: req.URI, Labels: req.Labels, Taints: req.Taints, Overcommit: req.Overcommit, JoinKey: token.Key(),
	})
	return h, token, err
}

func newJoinToken() hawkfish.JoinToken {
	var seed [ed25519.SeedSize]byte
	_, _ = rand.Read(seed[:]) // never fails (crypto/rand)
	return hawkfish.NewJoinToken(seed)
}

// EditHost changes what operators may change of a host.
func (c *Control) EditHost(ctx context.Context, h hawkfish.Host, revision int64, edit hawkfish.HostEdit) (hawkfish.Host, error) {
	return c.UpdateHost(ctx, h.ID, revision, func(h *hawkfish.Host) error {
		if err := edit(h); err != nil {
			return err
		}
		return errors.Join(checkTaints(h.Taints), checkOvercommit(h.Overcommit))
	})
}

// RenewHostToken gives a host a new token: from now on its worker has to show this one.
func (c *Control) RenewHostToken(ctx context.Context, h hawkfish.Host) (hawkfish.Host, hawkfish.JoinToken, error) {
	token := newJoinToken()
	after, err := c.UpdateHost(ctx, h.ID, 0, func(h *hawkfish.Host) error { h.JoinKey = token.Key(); return nil })
	return after, token, err
}

// EnterMaintenance lets nothing be placed on a host any more. What is on it stays there. Conflict when it cannot be entered now.
func (c *Control) EnterMaintenance(ctx context.Context, asked Asked, h hawkfish.Host) (hawkfish.Host, error) {
	return c.ChangeHost(ctx, h.ID, 0, hawkfish.HostEntersMaintenance, asked.By.UserName)
}

// ExitMaintenance lets systems be placed on a host again.
func (c *Control) ExitMaintenance(ctx context.Context, asked Asked, h hawkfish.Host) (hawkfish.Host, error) {
	return c.ChangeHost(ctx, h.ID, 0, hawkfish.HostExitsMaintenance, asked.By.UserName)
}

// DropHost forgets a host. Conflict while systems are on it or on their way to it, and while a worker that needs no token
// would bring it back.
func (c *Control) DropHost(ctx context.Context, h hawkfish.Host) error {
	if h.JoinKey == nil && !h.Silent() {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: h.ID, Message: "its worker still reports and would bring it back; stop the worker first"}
	}
	return c.RemoveHost(ctx, h.ID, 0)
}

func checkTaints(taints []hawkfish.Taint) error {
	if len(taints) > maxTaints {
		return hawkfish.Refused("/Taints", strconv.Itoa(len(taints)), "at most 64 taints are kept")
	}
	return nil
}

func checkOvercommit(o hawkfish.Overcommit) error {
	var faults []error
	for property, ratio := range map[string]float64{"CPUs": o.CPUs, "Memory": o.Memory, "Disk": o.Disk} {
		if ratio < 0 || ratio > 1000 {
			faults = append(faults, hawkfish.Refused("/Overcommit/"+property, strconv.FormatFloat(ratio, 'g', -1, 64), "it must be from 0, which leaves it to the host's worker, to 1000"))
		}
	}
	return errors.Join(faults...)
}
