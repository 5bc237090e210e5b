package inventory

import (
	"context"
	"testing"

	"github.com/projectbeskar/hawkfish"
)

// book knows hosts by their names.
type book struct {
	hawkfish.Hosts
	known map[string]hawkfish.Host
}

func (b book) FindHost(_ context.Context, id string) (hawkfish.Host, error) {
	if h, ok := b.known[id]; ok {
		return h, nil
	}
	return hawkfish.Host{}, hawkfish.Missing("Host", id)
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	token, other := hawkfish.NewJoinToken([32]byte{1}), hawkfish.NewJoinToken([32]byte{2})
	hosts := book{known: map[string]hawkfish.Host{"registered": {ID: "registered", JoinKey: token.Key()}, "old": {ID: "old"}}}
	for _, c := range []struct {
		what           string
		host           string
		token          hawkfish.JoinToken
		machine        string // that the proof is of
		open, required bool   // whether it is taken
	}{
		{"a stranger", "new", "", "m1", true, false},
		{"one that has been removed", "new", token, "m1", false, false},
		{"one that came by itself", "old", "", "m1", true, false},
		{"one with its token", "registered", token, "m1", true, true},
		{"one without its token", "registered", "", "m1", false, false},
		{"one with another's token", "registered", other, "m1", false, false},
		{"another machine with what the host has shown", "registered", token, "m2", false, false},
		{"one with nonsense", "registered", "nonsense", "m1", false, false},
	} {
		a := hawkfish.Announcement{HostID: c.host, Facts: hawkfish.HostFacts{Machine: "m1"}}
		if c.token != "" {
			a.Proof = c.token.Prove(c.host, c.machine)
		}
		for required, taken := range map[bool]bool{false: c.open, true: c.required} {
			err := Admission{Registered: required}.admit(t.Context(), hosts, a)
			if taken != (err == nil) || err != nil && hawkfish.KindOf(err) != hawkfish.Denied {
				t.Errorf("%s, registration required %v: %v", c.what, required, err)
			}
		}
	}
}
