// Package control holds the use cases: it checks that a wish is allowed,
// records the task and starts its workflow. It knows no HTTP, SQL or libvirt.
package control

import (
	"context"
	"log/slog"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/console"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Store is everything the control plane keeps.
type Store interface {
	hawkfish.Systems
	hawkfish.Inventories
	hawkfish.Images
	hawkfish.Profiles
	hawkfish.Hosts
	hawkfish.Placements
	hawkfish.Migrations
	hawkfish.Tasks
	hawkfish.Accounts
	hawkfish.Projects
	hawkfish.SettingsKeeper
	hawkfish.Trail
	hawkfish.Logs
	hawkfish.Telemetry
}

// Asked is who asks for something, and with which request; it is kept with the task.
type Asked struct {
	By hawkfish.Actor
	// Within holds the projects in which they may do it. Who creates something in a project looks here.
	Within  hawkfish.Scope
	Payload hawkfish.Payload
}

// Engine carries out durable work. *durable.Service is the one.
type Engine interface {
	Healthy(ctx context.Context) error
	Launch(ctx context.Context, w durable.Start) error
	Look(ctx context.Context, id string) (durable.Sight, error)
	Cancel(ctx context.Context, id string) error
	Signal(ctx context.Context, id, name string, arg any) error
	Update(ctx context.Context, id, name string, arg any) error
}

// Starter starts the workflow of a task that has its turn. It may return before
// that is done, and may leave it to the sweep: the task's row holds everything.
type Starter interface{ Start(t hawkfish.Task) }

// SerialReader asks a host for the end of a guest's serial output.
type SerialReader func(ctx context.Context, host string, tail console.Tail) ([]byte, error)

// Control is the control plane.
type Control struct {
	Store
	Engine     Engine
	Starter    Starter
	ReadSerial SerialReader
	ScanHost   HostScanner
	Tune       MigrationTuner
	CheckURL   func(url string) error // says why an image may not be fetched from there
	// Seal encrypts a secret for those who have the key; label is bound to it.
	Seal    func(secret, label string) (hawkfish.Sealed, error)
	Endings Endings // nil: who waits for a task looks from time to time
	// Certificates are those that the listener shows; nil: it does not speak TLS.
	Certificates Certificates
	Log          *slog.Logger
}

// accepting refuses new work while Temporal does not answer. What has been
// accepted is not touched: it goes on when Temporal is back.
func (c *Control) accepting(ctx context.Context) error { return c.Engine.Healthy(ctx) }

// opened hands a task that has its turn to the starter, and returns the task as callers should see it.
func (c *Control) opened(t hawkfish.Task, err error) (hawkfish.Task, error) {
	if err == nil && t.State == schemas.TaskStateNew {
		c.Starter.Start(t)
	}
	return t, err
}

// unreachable reports whether a host cannot be asked anything now.
func unreachable(h hawkfish.Host) bool {
	return h.Silent() || h.State == hawkfish.HostUnreachable || h.State == hawkfish.HostError
}
