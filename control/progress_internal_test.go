package control

import (
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/media"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/activities/provision"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows"
)

// The progress of an insertion is that of its bytes.
func TestPercentIsOfBytes(t *testing.T) {
	t.Parallel()
	steps := workflows.Steps[hawkfish.OpInsertMedia]
	for _, c := range []struct {
		step        string
		done, total int64
		least, most int
	}{
		{"", 0, 0, 0, 0},
		{placement.Locate.Name, 0, 0, 0, 0},
		{media.Fetch.Name, 0, 1000, 0, 1},
		{media.Fetch.Name, 250, 1000, 24, 26},
		{media.Fetch.Name, 500, 1000, 49, 51},
		{media.Fetch.Name, 500, 0, 0, 1}, // nobody knows how much there is
		{media.Fetch.Name, 2000, 1000, 98, 99},
		{provision.Configure.Name, 0, 0, 98, 99},
	} {
		if got := percent(steps, c.step, durable.Progress{Done: c.done, Total: c.total}); got < c.least || got > c.most {
			t.Errorf("%+v: %d %%", c, got)
		}
	}
}
