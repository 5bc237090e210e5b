package host

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/media"
)

// opening is a hypervisor that is given guests whose seeds are sealed. They are opened here, beside it, and are in clear
// nowhere before.
type opening struct {
	hawkfish.Hypervisor
	unseal media.Unseal
}

// Define opens what cloud-init is to find.
func (o opening) Define(ctx context.Context, g hawkfish.Guest) error {
	g, err := o.opened(g)
	if err != nil {
		return err
	}
	return o.Hypervisor.Define(ctx, g)
}

// Configure does, too.
func (o opening) Configure(ctx context.Context, g hawkfish.Guest) (hawkfish.Observation, error) {
	g, err := o.opened(g)
	if err != nil {
		return hawkfish.Observation{}, err
	}
	return o.Hypervisor.Configure(ctx, g)
}

// PrepareMigration does, too.
func (o opening) PrepareMigration(ctx context.Context, p hawkfish.Passage, from hawkfish.Departing) (hawkfish.Landing, error) {
	g, err := o.opened(p.Guest)
	if err != nil {
		return hawkfish.Landing{}, err
	}
	p.Guest = g
	return o.Hypervisor.PrepareMigration(ctx, p, from)
}

func (o opening) opened(g hawkfish.Guest) (hawkfish.Guest, error) {
	if !g.NeedsSeed() {
		return g, nil
	}
	var seed hawkfish.Seed
	if sealed := g.Machine.CloudInit; sealed != nil {
		text, err := o.unseal(*sealed, hawkfish.SeedLabel(g.ID))
		if err == nil {
			err = json.Unmarshal([]byte(text), &seed)
		}
		if err != nil {
			return g, err
		}
	}
	g.Seed = g.Seeded(seed)
	return g, nil
}
