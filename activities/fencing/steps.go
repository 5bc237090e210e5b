package fencing

import (
	"context"
	"time"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Fencer switches hosts off.
type Fencer interface {
	// Off returns when the host has been seen to be off.
	Off(ctx context.Context, hostID string, how hawkfish.Fencing) error
}

// mostPeers is how many hosts are asked about another one.
const mostPeers = 9

// Register offers the steps of the fleet's side.
func Register(r worker.ActivityRegistry, hosts hawkfish.Hosts, fencer Fencer) {
	durable.Implement(r, Look, func(ctx context.Context, in Host) (Suspect, error) {
		h, err := hosts.FindHost(ctx, in.ID)
		if err != nil {
			return Suspect{}, err
		}
		all, err := hosts.ListHosts(ctx)
		s := Suspect{
			Evidence: hawkfish.Evidence{HostID: h.ID, Silent: time.Since(h.SeenAt), State: h.State},
			Probe:    Probing{HostID: h.ID, Address: h.Facts.Address},
		}
		for _, peer := range all {
			if peer.ID != h.ID && !peer.Silent() && len(s.Peers) < mostPeers {
				s.Peers = append(s.Peers, peer.ID)
			}
		}
		return s, err
	})
	durable.Implement(r, SwitchOff, func(ctx context.Context, in Host) (durable.None, error) {
		h, err := hosts.FindHost(ctx, in.ID)
		if err != nil {
			return durable.None{}, err
		}
		return durable.None{}, fencer.Off(ctx, h.ID, h.Fencing)
	})
	durable.Implement(r, Declare, func(ctx context.Context, in Declaration) (durable.None, error) {
		_, err := hosts.ChangeHost(ctx, in.HostID, 0, hawkfish.HostIsFenced, in.Requester)
		return durable.None{}, err
	})
}

// Dial opens a connection (net.Dialer.DialContext).
type Dial func(ctx context.Context, address string) error

// RegisterPeer offers the step that the other hosts take.
func RegisterPeer(r worker.ActivityRegistry, hostID string, dial Dial) {
	durable.Implement(r, Probe, func(ctx context.Context, in Probing) (hawkfish.PeerView, error) {
		view := hawkfish.PeerView{HostID: hostID, Reaches: hawkfish.ReachesUnknown, Why: "nobody knows where its libvirt is reached"}
		if in.Address == "" {
			return view, nil
		}
		view.Reaches, view.Why = hawkfish.ReachesYes, ""
		if err := dial(ctx, in.Address); err != nil {
			view.Reaches, view.Why = hawkfish.ReachesNo, "its libvirt does not answer"
		}
		return view, nil
	})
}
