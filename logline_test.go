package hawkfish_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// What an event says in which log.
func TestLogLines(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   hawkfish.EventKind
		detail any
		want   []string
	}{
		"crash": {hawkfish.EventPowerChanged, hawkfish.PowerDetail{To: schemas.PowerStateOff, Cause: hawkfish.CauseCrashed}, []string{
			"EventLog Platform.1.3.OperatingSystemCrash Critical ", "SEL 0x6F01FFFF Critical OS Stop/Shutdown",
			"EventLog ResourceEvent.1.4.ResourcePoweredOff OK ", "SEL 0x6F05FFFF OK System ACPI PowerState",
		}},
		"a full disk": {hawkfish.EventPowerChanged, hawkfish.PowerDetail{To: schemas.PowerStatePaused, Cause: hawkfish.CauseIOError}, []string{
			"EventLog HawkFish.1.0.SystemPausedByIOError Critical ", "SEL 0x6F01FFFF Critical Drive Slot/Bay",
			"EventLog ResourceEvent.1.4.ResourcePaused OK ", "SEL 0x6F09FFFF OK System ACPI PowerState",
		}},
		"on its way": {hawkfish.EventPowerChanged, hawkfish.PowerDetail{To: schemas.PowerStatePoweringOff}, []string{
			"EventLog ResourceEvent.1.4.ResourcePoweringOff OK ",
		}},
		"a failed task": {hawkfish.EventTaskEnded, hawkfish.TaskDetail{TaskID: "t", State: schemas.TaskStateException}, []string{
			"Log TaskEvent.1.0.TaskAborted Critical ", "EventLog TaskEvent.1.0.TaskAborted Critical ",
		}},
		"a stuck task":      {hawkfish.EventTaskUpdated, hawkfish.TaskDetail{TaskID: "t", State: schemas.TaskStateSuspended}, []string{"EventLog TaskEvent.1.0.TaskPaused Warning ", "Log TaskEvent.1.0.TaskPaused Warning "}},
		"a medium":          {hawkfish.EventMediaInserted, hawkfish.MediaDetail{Slot: hawkfish.SlotCd, URL: "https://x/a.iso?token=secret"}, []string{"EventLog HawkFish.1.0.MediaInserted OK "}},
		"detail of another": {hawkfish.EventPowerChanged, []int{1}, nil},
		"an unknown kind":   {"Nope", struct{}{}, nil},
	} {
		detail, err := json.Marshal(c.detail)
		if err != nil {
			t.Fatal(err)
		}
		e := hawkfish.Event{Kind: c.kind, Detail: detail, Origin: hawkfish.Target{Kind: hawkfish.TargetSystem, ID: "s", Name: "web1"}}
		var got []string
		for _, l := range hawkfish.LogLines(e) {
			got = append(got, fmt.Sprint(l.Log, " ", l.Message.ID, " ", l.Message.Severity, " ", l.Sensor))
			if slices.Contains(l.Message.Args, "https://x/a.iso?token=secret") {
				t.Errorf("%s: a secret is told: %q", name, l.Message.Args)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
		e.Origin.Kind = hawkfish.TargetImage
		if lines := hawkfish.LogLines(e); lines != nil {
			t.Errorf("%s: what is no system has a log: %v", name, lines)
		}
	}
}
