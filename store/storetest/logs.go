package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// log returns what a system's log says: the messages' keys with their arguments, and who asked.
func (f Fleet) log(t *testing.T, systemID string, name hawkfish.LogName) (lines []string) {
	t.Helper()
	entries, total, err := f.ListLog(t.Context(), systemID, name, hawkfish.LogFilter{}, hawkfish.Page{})
	ok(t, err)
	equal(t, "total", total, len(entries))
	for _, e := range entries {
		lines = append(lines, fmt.Sprint(e.Message.ID, e.Message.Args, " ", e.User))
	}
	return lines
}

func testLogs(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s, other := f.Ready(t, "web1", nil), f.Ready(t, "web2", nil)
	now := time.Now().Truncate(time.Microsecond)
	see := func(o hawkfish.Observation) {
		t.Helper()
		o.SystemID = s.ID
		ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{o}, time.Time{}))
	}
	set := func(change func(*hawkfish.System) error) {
		t.Helper()
		_, _, err := f.UpdateSystem(t.Context(), all, s.ID, 0, change, f.Wish(hawkfish.OpConfigure, hawkfish.Target{}))
		ok(t, err)
	}
	set(func(s *hawkfish.System) error {
		s.AssetTag = "A1"
		s.Machine.Boot.Override = hawkfish.BootOverride{Enabled: schemas.BootSourceOverrideEnabledOnce, Target: schemas.BootSourcePxe, Serial: 7}
		return nil
	})
	see(hawkfish.Observation{Power: schemas.PowerStateOn, At: now, LastReset: now, Booted: 7})
	reset := f.Wish(hawkfish.OpReset, of(s))
	reset.Input = []byte(`{"type": "ForceRestart"}`)
	_ = must(f.OpenTask(t.Context(), reset))(t)
	see(hawkfish.Observation{Power: schemas.PowerStateOn, At: now.Add(time.Second), LastReset: now.Add(time.Second)})
	see(hawkfish.Observation{Absent: true, At: now.Add(2 * time.Second)})
	see(hawkfish.Observation{Power: schemas.PowerStateOn, At: now.Add(3 * time.Second), LastReset: now.Add(time.Second)})

	const events, sel = hawkfish.LogEvents, hawkfish.LogSEL
	equal(t, "events", f.log(t, s.ID, events), []string{
		"HawkFish.1.0.SystemCreated[web1] ",
		"HawkFish.1.0.BootOverrideSet[Pxe Once] tester", "HawkFish.1.0.SystemChanged[AssetTag tester] tester",
		"ResourceEvent.1.4.ResourcePoweredOn[ComputerSystem] ", "HawkFish.1.0.BootOverrideConsumed[Pxe] ",
		"HawkFish.1.0.ResetRequested[ForceRestart tester] tester", "Platform.1.3.PlatformReset[warm] ",
		"HawkFish.1.0.SystemLost[h1] ", "ResourceEvent.1.4.ResourcePoweredOff[ComputerSystem] ",
		"HawkFish.1.0.SystemFound[web1] ", "ResourceEvent.1.4.ResourcePoweredOn[ComputerSystem] ",
	})
	equal(t, "hardware", f.log(t, s.ID, sel), []string{
		"0x6F00FFFF[] ", "0x6F02FFFF[] ", "0x6F01FFFF[] ", "0x6F05FFFF[] ", "0x6F00FFFF[] ", "0x6F00FFFF[] ",
	})
	equal(t, "another's", f.log(t, other.ID, events), []string{"HawkFish.1.0.SystemCreated[web2] "})

	critical, reboot := schemas.HealthCritical, "0x6F02FFFF"
	filtered := func(filter hawkfish.LogFilter, page hawkfish.Page) (numbers []int64, total int) {
		entries, total, err := f.ListLog(t.Context(), s.ID, sel, filter, page)
		ok(t, err)
		for _, e := range entries {
			numbers = append(numbers, e.Number)
		}
		return numbers, total
	}
	for want, filter := range map[int64]hawkfish.LogFilter{3: {Severity: &critical}, 2: {MessageID: &reboot}} {
		numbers, total := filtered(filter, hawkfish.Page{})
		equal(t, "filtered", []any{numbers, total}, []any{[]int64{want}, 1})
	}
	numbers, total := filtered(hawkfish.LogFilter{}, hawkfish.Page{Skip: 2, Limit: 2})
	equal(t, "a page", []any{numbers, total}, []any{[]int64{3, 4}, 6})
	entry := must(f.FindLogEntry(t.Context(), s.ID, sel, 1))(t)
	equal(t, "one", []any{entry.Number, entry.At.Equal(now), entry.Kind, entry.Event > 0}, []any{int64(1), true, hawkfish.EventPowerChanged, true})
	fails(t, failing(f.FindLogEntry(t.Context(), s.ID, sel, 1+hawkfish.MaxLogRecords)), hawkfish.NotFound)

	fails(t, f.ClearLog(t.Context(), nobody, s.ID, sel, "tester"), hawkfish.NotFound)
	before := f.log(t, s.ID, events)
	ok(t, f.ClearLog(t.Context(), all, s.ID, sel, "tester"))
	equal(t, "cleared", f.log(t, s.ID, sel), []string(nil))
	equal(t, "and told", f.log(t, s.ID, events), append(before, "LogService.1.1.LogCleared[SEL] tester"))
	see(hawkfish.Observation{Power: schemas.PowerStateOff, At: now.Add(4 * time.Second)})
	numbers, _ = filtered(hawkfish.LogFilter{}, hawkfish.Page{})
	equal(t, "numbers go on", numbers, []int64{7})
	ok(t, f.ClearLog(t.Context(), all, s.ID, events, "tester"))
	equal(t, "empty", f.log(t, s.ID, events), []string(nil))

	equal(t, "pruned", must(f.Prune(t.Context(), hawkfish.Retention{Logs: time.Nanosecond}, 1000))(t) > 0, true)
	equal(t, "no entry", len(f.log(t, s.ID, hawkfish.LogManager)), 0)
}

// A log holds what it may hold, and no more; the oldest entries give way.
func testLogsAreBounded(t *testing.T, f Fleet) {
	f.Announce(t, "h1", roomy, "default")
	s := f.Ready(t, "web1", nil)
	at := time.Now()
	states := []schemas.PowerState{schemas.PowerStateOff, schemas.PowerStateOn}
	const turns = hawkfish.MaxLogRecords + 5
	for i := range turns {
		at = at.Add(time.Second)
		ok(t, f.Observe(t.Context(), "h1", []hawkfish.Observation{{SystemID: s.ID, Power: states[(i+1)%2], At: at}}, time.Time{}))
	}
	entries, total, err := f.ListLog(t.Context(), s.ID, hawkfish.LogSEL, hawkfish.LogFilter{}, hawkfish.Page{})
	ok(t, err)
	equal(t, "bounded", []any{total, entries[0].Number, entries[total-1].Number}, []any{hawkfish.MaxLogRecords, int64(6), int64(turns)})
	equal(t, "in order", slices.IsSortedFunc(entries, func(a, b hawkfish.LogEntry) int { return int(a.Number - b.Number) }), true)

	deletion := must(f.DeleteSystem(t.Context(), f.Wish(hawkfish.OpDelete, of(s))))(t)
	ok(t, f.MarkDispatched(t.Context(), deletion.ID))
	f.Finish(t, deletion, schemas.TaskStateCompleted)
	equal(t, "gone with the system", len(f.log(t, s.ID, hawkfish.LogSEL)), 0)
}
