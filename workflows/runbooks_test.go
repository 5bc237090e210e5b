package workflows_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish/workflows"
)

// Whoever finds a task that waits at a step finds in docs/runbooks what to do about it.
func TestEveryStepHasARunbook(t *testing.T) {
	t.Parallel()
	const folder = "../docs/runbooks"
	text, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, of := range workflows.Steps {
		steps = append(steps, of...)
	}
	slices.Sort(steps)
	for _, step := range slices.Compact(steps) {
		if !strings.Contains(string(text), "`"+step+"`") {
			t.Errorf("docs/runbooks/README.md says nothing of %s", step)
		}
	}
	pages, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if name := filepath.Base(page); name != "README.md" && !strings.Contains(string(text), "("+name+")") {
			t.Errorf("docs/runbooks/README.md does not lead to %s", name)
		}
	}
}
