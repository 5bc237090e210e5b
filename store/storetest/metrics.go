package storetest

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func testMetrics(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	first, second, off := f.Ready(t, "web1", nil), f.Ready(t, "web2", nil), f.Ready(t, "off", nil)
	at := time.Now().Truncate(time.Minute).Add(-10 * time.Minute).UTC()
	tell := func(host string, at time.Time, cpu int64, systems ...hawkfish.System) {
		t.Helper()
		m := hawkfish.Measurement{HostID: host, At: at, Samples: []hawkfish.Sample{{SystemID: uuid.NewString()}, {SystemID: "no id"}}}
		for _, s := range systems {
			m.Samples = append(m.Samples, hawkfish.Sample{SystemID: s.ID, CPU: cpu, Memory: 1, Read: 2, Written: 3, Reads: 4, Writes: 5, Received: 6, Sent: 7})
		}
		ok(t, f.RecordMetrics(t.Context(), m))
	}
	cpus := func(m hawkfish.SystemMetrics) (values []int64) {
		for _, r := range m.Readings {
			values = append(values, r.CPU)
		}
		return values
	}
	tell("h1", at, 10, first, second)
	tell("h1", at.Add(time.Minute), 20, first, second)
	tell("h1", at.Add(2*time.Minute), 30, first, first)
	tell("h1", at.Add(2*time.Minute+time.Second), 31, first)
	tell("h1", at.Add(2*time.Minute), 29, first) // late
	tell("h2", at.Add(3*time.Minute), 99, first) // not there

	all, err := f.ListMetrics(t.Context(), all, at.Add(-time.Second), 10)
	ok(t, err)
	equal(t, "systems", []any{len(all), all[0].SystemID, all[1].SystemID, all[0].CPUs}, []any{2, first.ID, second.ID, first.CPUs})
	equal(t, "the last two", [][]int64{cpus(all[0]), cpus(all[1])}, [][]int64{{31, 20}, {20, 10}})
	want := hawkfish.Sample{SystemID: second.ID, CPU: 20, Memory: 1, Read: 2, Written: 3, Reads: 4, Writes: 5, Received: 6, Sent: 7}
	equal(t, "whole", all[1].Readings[0], hawkfish.Reading{Sample: want, At: at.Add(time.Minute)})
	equal(t, "of each minute the last", cpus(must(f.MetricsOf(t.Context(), first.ID))(t)), []int64{31, 20, 10})
	equal(t, "none", len(must(f.MetricsOf(t.Context(), off.ID))(t).Readings), 0)
	for scope, n := range map[*hawkfish.Scope]int{{Projects: []string{f.Project}}: 2, &nobody: 0} {
		seen, err := f.ListMetrics(t.Context(), *scope, at.Add(-time.Second), 10)
		ok(t, err)
		equal(t, "seen", len(seen), n)
	}
	fewer, err := f.ListMetrics(t.Context(), hawkfish.Scope{All: true}, at.Add(90*time.Second), 10)
	ok(t, err)
	equal(t, "since", [][]int64{cpus(fewer[0])}, [][]int64{{31}})

	tell("h1", at.Add(time.Hour), 70, second) // in the place of the first
	equal(t, "a ring", cpus(must(f.MetricsOf(t.Context(), second.ID))(t)), []int64{70, 20})
	deletion := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(first))))(t)
	ok(t, f.MarkDispatched(t.Context(), deletion.ID))
	f.Finish(t, deletion, schemas.TaskStateCompleted)
	equal(t, "gone with the system", len(must(f.MetricsOf(t.Context(), first.ID))(t).Readings), 0)
}
