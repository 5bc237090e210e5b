package media

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Unseal opens a secret that was sealed for label.
type Unseal func(secret hawkfish.Sealed, label string) (string, error)

// Register offers the step to a host's worker.
func Register(r worker.ActivityRegistry, host hawkfish.Hypervisor, unseal Unseal) {
	durable.Implement(r, Fetch, func(ctx context.Context, in hawkfish.Insertion) (hawkfish.ImageFacts, error) {
		src := hawkfish.MediaSource{URL: in.URL, UserName: in.UserName, Unverified: in.Unverified}
		if in.Password != nil {
			var err error
			if src.Password, err = unseal(*in.Password, in.SecretLabel()); err != nil {
				return hawkfish.ImageFacts{}, err
			}
		}
		return host.FetchMedium(ctx, src, func(done, total int64) {
			durable.Report(ctx, durable.Progress{Done: done, Total: total})
		})
	})
}
