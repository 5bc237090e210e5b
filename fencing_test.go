package hawkfish

import (
	"slices"
	"testing"
	"time"
)

func TestLife(t *testing.T) {
	t.Parallel()
	const yes, no, unknown = ReachesYes, ReachesNo, ReachesUnknown
	for _, c := range []struct {
		silent time.Duration
		peers  []Reaches
		want   Life
	}{
		{0, []Reaches{no, no}, LifeAlive},
		{time.Minute, []Reaches{no, no, yes}, LifePartial},
		{time.Minute, nil, LifeUnclear},
		{time.Minute, []Reaches{unknown}, LifeUnclear},
		{time.Minute, []Reaches{no, unknown}, LifeUnclear}, // no majority
		{time.Minute, []Reaches{no, no, unknown}, LifeDead},
		{time.Minute, []Reaches{no}, LifeDead},
	} {
		e := Evidence{Silent: c.silent}
		for _, r := range c.peers {
			e.Peers = append(e.Peers, PeerView{Reaches: r})
		}
		if got := e.Life(); got != c.want {
			t.Errorf("silent for %s, others say %v: %s, want %s", c.silent, c.peers, got, c.want)
		}
	}
}

func TestFencingCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		f      Fencing
		faults []string
	}{
		{"none", Fencing{}, nil},
		{"redfish", Fencing{Method: FenceRedfish, Address: "https://bmc1.example", UserName: "root", Automatic: true}, nil},
		{"agent", Fencing{Method: FenceAgent, Agent: "fence_ipmilan", Address: "10.0.0.1", Options: map[string]string{"lanplus": "1"}}, nil},
		{"no way", Fencing{Address: "https://bmc1.example", Automatic: true}, []string{"/Fencing/Address", "/Fencing/Automatic"}},
		{"no URL", Fencing{Method: FenceRedfish, Address: "bmc1"}, []string{"/Fencing/Address"}},
		{"credentials in it", Fencing{Method: FenceRedfish, Address: "https://a:b@bmc1"}, []string{"/Fencing/Address"}},
		{"a program", Fencing{Method: FenceAgent, Agent: "../bin/sh"}, []string{"/Fencing/Agent"}},
		{"options that run programs", Fencing{Method: FenceAgent, Agent: "fence_apc", Options: map[string]string{"password_script": "/x", "ssh_path": "/x", "debug_file": "/x", "action": "on", "A b": ""}},
			[]string{"/Fencing/Options/A b", "/Fencing/Options/action", "/Fencing/Options/debug_file", "/Fencing/Options/password_script", "/Fencing/Options/ssh_path"}},
		{"two lines", Fencing{Method: FenceAgent, Agent: "fence_apc", Options: map[string]string{"plug2": "1\naction=on"}}, []string{"/Fencing/Options/plug2"}},
	} {
		var got []string
		for _, fault := range Faults(c.f.Check()) {
			got = append(got, fault.Property)
		}
		slices.Sort(got)
		if !slices.Equal(got, c.faults) {
			t.Errorf("%s: %q", c.what, got)
		}
	}
}
