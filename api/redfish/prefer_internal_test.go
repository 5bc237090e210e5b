package redfish

import (
	"testing"
	"time"
)

func TestParsePreference(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		value string
		want  Preference // zero: none
	}{
		{"", Preference{}},
		{"return=minimal", Preference{}},
		{"respond-async", Preference{Async: true}},
		{"Respond-Async, WAIT=10", Preference{Async: true, Wait: 10 * time.Second}},
		{`wait = "5"; foo=bar, handling=lenient`, Preference{Wait: 5 * time.Second}},
		{"wait=5, wait=20", Preference{Wait: 5 * time.Second}},
		{"wait=31", Preference{Wait: maxWait}},
		{"wait=99999999999999", Preference{}},
		{"wait=-1, wait=x, wait", Preference{}},
	} {
		got := ParsePreference(tt.value)
		if (got == nil) != (tt.want == Preference{}) || got != nil && *got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.value, got, tt.want)
		}
	}
}

func FuzzParsePreference(f *testing.F) {
	f.Add("respond-async, wait=10")
	f.Fuzz(func(t *testing.T, value string) {
		if p := ParsePreference(value); p != nil && (p.Wait < 0 || p.Wait > maxWait) {
			t.Errorf("%q: %v", value, p.Wait)
		}
	})
}
