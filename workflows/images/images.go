// Package images imports images, and removes them: the order of the steps.
package images

import (
	"go.temporal.io/sdk/workflow"

	"github.com/projectbeskar/hawkfish"
	steps "github.com/projectbeskar/hawkfish/activities/images"
	"github.com/projectbeskar/hawkfish/activities/placement"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/workflows/task"
)

// Removal names the file of an image that nothing uses any more; empty: it was never imported.
type Removal struct {
	SHA256 string `json:"sha256"`
}

// Import and Delete are the workflows' declarations.
var (
	Import = durable.Workflow[hawkfish.ImageSource]{
		Name: string(hawkfish.OpImportImage), Steps: []string{placement.Reachable.Name, steps.Fetch.Name},
	}
	Delete = durable.Workflow[Removal]{
		Name: string(hawkfish.OpDeleteImage), Steps: []string{placement.Reachable.Name, steps.Drop.Name},
	}
)

// RunImport brings an image into the cache of one host, which verifies it.
// The other hosts fetch it when they first need it.
func RunImport(ctx workflow.Context, src hawkfish.ImageSource) error {
	return task.Carry(ctx, func(t *task.Task) error {
		hosts, err := task.Need(t, placement.Reachable, durable.Fleet, durable.None{})
		if err != nil {
			return err
		}
		if len(hosts.IDs) == 0 {
			return &hawkfish.Error{Kind: hawkfish.Exhausted, Resource: "Image", Message: "no host is enabled and reachable"}
		}
		if err := t.On(hosts.IDs[0]); err != nil {
			return err
		}
		facts, err := task.Need(t, steps.Fetch, durable.Host(hosts.IDs[0]), src)
		if err == nil {
			t.Learned(facts)
		}
		return err
	})
}

// RunDelete takes an image out of the caches of all hosts that can be reached.
func RunDelete(ctx workflow.Context, in Removal) error {
	return task.Carry(ctx, func(t *task.Task) error {
		if in.SHA256 == "" {
			return nil
		}
		hosts, err := task.Need(t, placement.Reachable, durable.Fleet, durable.None{})
		if err != nil {
			return err
		}
		t.Commit()
		for _, host := range hosts.IDs {
			if _, err := task.Do(t, steps.Drop, durable.Host(host), steps.Cached{SHA256: in.SHA256}); err != nil {
				return err
			}
		}
		return nil
	})
}
