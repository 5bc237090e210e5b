package workflows_test

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/workflows"
)

// What earlier versions have begun, this one must be able to go on with: a change of the order of steps needs
// workflow.GetVersion, or it fails here. Histories are recorded by the durability tests (dev/durability, -record).
func TestHistoriesReplay(t *testing.T) {
	histories, err := filepath.Glob("testdata/histories/*.json")
	if err != nil || len(histories) == 0 {
		t.Fatalf("no histories: %v", err)
	}
	for _, file := range histories {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			replayer := worker.NewWorkflowReplayer()
			workflows.Register(replayer)
			if err := replayer.ReplayWorkflowHistoryFromJSONFile(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), file); err != nil {
				t.Error(err)
			}
		})
	}
}

// An operation without a history could be changed without anybody noticing what it does to work that is under way.
func TestEveryOperationHasAHistory(t *testing.T) {
	histories, err := filepath.Glob("testdata/histories/*.json")
	if err != nil {
		t.Fatal(err)
	}
	recorded := map[string]bool{}
	for _, file := range histories {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var history struct {
			Events []struct {
				Started struct {
					Type struct{ Name string } `json:"workflowType"`
				} `json:"workflowExecutionStartedEventAttributes"`
			}
		}
		if err := json.Unmarshal(text, &history); err != nil || len(history.Events) == 0 {
			t.Fatalf("%s: %v", file, err)
		}
		recorded[history.Events[0].Started.Type.Name] = true
	}
	for _, op := range hawkfish.Operations {
		if !recorded[string(op)] {
			t.Errorf("%s has no history: add it to TestHistories (dev/durability), and run make gen-histories", op)
		}
	}
}
