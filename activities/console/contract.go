// Package console reads what a guest prints: the steps. They run beside libvirt.
package console

import (
	"context"

	"go.temporal.io/sdk/worker"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// Tail asks for the end of a guest's serial output.
type Tail struct {
	SystemID string `json:"system"`
	MaxBytes int    `json:"max"`
}

// ReadSerial returns the bytes as the guest wrote them.
var ReadSerial = durable.Activity[Tail, []byte]{Name: "console.ReadSerial", Policy: durable.Brief}

// Register offers the steps to a host's worker.
func Register(r worker.ActivityRegistry, host hawkfish.Hypervisor) {
	durable.Implement(r, ReadSerial, func(ctx context.Context, t Tail) ([]byte, error) {
		return host.SerialOutput(ctx, t.SystemID, t.MaxBytes)
	})
}
