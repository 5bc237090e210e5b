package host

import (
	"context"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

// defined is a hypervisor that notes what it is given.
type defined struct {
	hawkfish.Hypervisor
	guest hawkfish.Guest
}

func (d *defined) Define(_ context.Context, g hawkfish.Guest) error { d.guest = g; return nil }

func TestSeedsAreOpenedBesideTheHypervisor(t *testing.T) {
	t.Parallel()
	unseal := func(s hawkfish.Sealed, label string) (string, error) {
		if s.Key != "k" || label != hawkfish.SeedLabel("s1") {
			t.Errorf("%+v %q", s, label)
		}
		return string(s.Data), nil
	}
	for name, c := range map[string]struct {
		machine hawkfish.Machine
		want    *hawkfish.Seed
	}{
		"none":        {hawkfish.Machine{}, nil},
		"a host name": {hawkfish.Machine{HostName: "db"}, &hawkfish.Seed{MetaData: "instance-id: s1\nlocal-hostname: db\n"}},
		"user data": {
			hawkfish.Machine{CloudInit: &hawkfish.Sealed{Key: "k", Data: []byte(`{"user_data":"#cloud-config"}`)}},
			&hawkfish.Seed{UserData: "#cloud-config", MetaData: "instance-id: s1\nlocal-hostname: web1\n"},
		},
		"meta data": {
			hawkfish.Machine{HostName: "db", CloudInit: &hawkfish.Sealed{Key: "k", Data: []byte(`{"meta_data":"x: y"}`)}},
			&hawkfish.Seed{MetaData: "x: y"},
		},
	} {
		d := &defined{}
		err := opening{d, unseal}.Define(t.Context(), hawkfish.Guest{ID: "s1", Name: "web1", Machine: c.machine})
		if err != nil || (d.guest.Seed == nil) != (c.want == nil) || c.want != nil && *d.guest.Seed != *c.want {
			t.Errorf("%s: %+v %v", name, d.guest.Seed, err)
		}
	}
}
