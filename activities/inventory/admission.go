package inventory

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// Admission says which hosts are taken for what they say to be.
type Admission struct {
	// Registered takes those alone that an operator has registered, and whose workers have the token that this has made. Else
	// a host that nobody knows is taken as it comes.
	Registered bool
}

// admit is Denied when a host is not to be taken. One that has been registered has to show its token, wherever the fleet takes
// others without.
func (adm Admission) admit(ctx context.Context, hosts hawkfish.Hosts, a hawkfish.Announcement) error {
	known, err := hosts.FindHost(ctx, a.HostID)
	refuse := func(why string) error {
		return &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Host", ID: a.HostID, Message: why}
	}
	switch {
	case err != nil && hawkfish.KindOf(err) != hawkfish.NotFound:
		return err
	case err != nil && (adm.Registered || len(a.Proof) > 0): // one that has a token was registered, and has been removed
		return refuse("no host of this name is registered")
	case err != nil:
		return nil
	case known.State == hawkfish.HostFenced:
		return refuse("the host is fenced: what it ran may run elsewhere by now; an administrator lets it in again with EnterMaintenance")
	case known.JoinKey == nil && adm.Registered:
		return refuse("the host is known, but its worker has no token; renew the host's token and give it to the worker")
	case known.JoinKey != nil && !a.Proves(known.JoinKey):
		return refuse("the worker does not have the host's token")
	}
	return nil
}
