package workflows_test

import (
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/workflows"
)

// An operation without a workflow would be accepted, and never done.
func TestEveryOperationHasAWorkflow(t *testing.T) {
	for _, op := range hawkfish.Operations {
		if len(workflows.Steps[op]) == 0 {
			t.Errorf("%s has no workflow in the catalog", op)
		}
	}
}
