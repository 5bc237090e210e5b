// Package control holds the use cases: it checks that a wish is allowed,
// records the task and starts its workflow. It knows no HTTP, SQL or libvirt.
package control

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// Store is everything the control plane keeps.
type Store interface {
	hawkfish.Systems
	hawkfish.Images
	hawkfish.Hosts
	hawkfish.Tasks
	hawkfish.Accounts
	hawkfish.Projects
}

// Asked is who asks for something, and with which request; it is kept with the task.
type Asked struct {
	By      hawkfish.Actor
	Payload hawkfish.Payload
}

// Control is the control plane.
type Control struct {
	Store
}

// ResetRequest asks for a change of power.
type ResetRequest struct {
	ResetType schemas.ResetType `json:"ResetType" validate:"required"`
}

// ResetSystem opens a task that changes a system's power. "Already so" is a task that succeeds.
func (c *Control) ResetSystem(ctx context.Context, asked Asked, s hawkfish.System, req ResetRequest) (hawkfish.Task, error) {
	panic("soon")
}

// ProvisionRequest asks for a new system.
type ProvisionRequest struct {
	Name      string // 1-63 characters of a host name (RFC 1123)
	CPUs      int    // 0: 1
	MemoryMiB int64  // at least 16; 0: 512
	DiskGiB   int64  // 0: as large as the image, at least 1
	Image     string // see hawkfish.Images.FindImage; empty: a blank disk
	Network   string // empty: "default"; "none": no interface
	Primary   schemas.BootSource
	Project   string // ID or name; empty: the default project
}

// ProvisionSystem stores a system and opens the task that makes it. Everything wrong with the
// request is in the error at once (hawkfish.Faults).
func (c *Control) ProvisionSystem(ctx context.Context, asked Asked, req ProvisionRequest) (hawkfish.Task, error) {
	panic("soon")
}

// DeleteSystem opens a task that removes a system with its disks.
func (c *Control) DeleteSystem(ctx context.Context, asked Asked, s hawkfish.System) (hawkfish.Task, error) {
	panic("soon")
}

// ImportRequest asks for a new image.
type ImportRequest struct {
	Name, Version string
	URL           string // http, https or file
	SHA256        string // hex; empty: the import computes it
	Format        hawkfish.ImageFormat
	Project       string
}

// ImportImage stores an image and opens the task that imports it.
func (c *Control) ImportImage(ctx context.Context, asked Asked, req ImportRequest) (hawkfish.Task, error) {
	panic("soon")
}

// DeleteImage opens a task that removes an image. Conflict while a system uses it.
func (c *Control) DeleteImage(ctx context.Context, asked Asked, img hawkfish.Image) (hawkfish.Task, error) {
	panic("soon")
}

// CancelTask asks a task to stop and to undo what it has done. Conflict when it has ended.
func (c *Control) CancelTask(ctx context.Context, asked Asked, t hawkfish.Task) (hawkfish.Task, error) {
	panic("soon")
}

// Decision is what a person wants done with a suspended task.
type Decision string

const (
	Retry  Decision = "Retry"  // run the step that failed once more
	Resume Decision = "Resume" // the step has been done by hand: go on with the next one
	Abort  Decision = "Abort"  // give up, and undo
)

// DecideTask tells a suspended task what to do. Conflict when it is not suspended.
func (c *Control) DecideTask(ctx context.Context, asked Asked, t hawkfish.Task, d Decision) (hawkfish.Task, error) {
	panic("soon")
}

// Progress is how far a task has come.
type Progress struct {
	Percent     int    // 0 to 100
	Step        string // what it is doing, such as "provision.FetchImage"; empty: it waits or has ended
	Attempt     int    // of the step, from 1
	LastFailure string // of the step's earlier attempt, if any
	RunID       string // of the workflow
}

// TaskProgress looks at a running task's workflow. When Temporal does not answer within a short
// deadline the row alone decides, without an error.
func (c *Control) TaskProgress(ctx context.Context, t hawkfish.Task) Progress {
	panic("soon")
}

// SerialOutput returns the last max bytes that the guest wrote to its serial port.
func (c *Control) SerialOutput(ctx context.Context, s hawkfish.System, max int) ([]byte, error) {
	panic("soon")
}

// Login opens a session and returns its token, which is kept nowhere. Denied when
// the name or the password is wrong, without saying which.
func (c *Control) Login(ctx context.Context, userName, password, origin string) (hawkfish.Session, string, error) {
	panic("soon")
}

// Authenticate checks a name and a password (Basic authentication).
func (c *Control) Authenticate(ctx context.Context, userName, password string) (hawkfish.Account, error) {
	panic("soon")
}

// SessionAccount returns the account behind a session token, and prolongs the session now and then.
func (c *Control) SessionAccount(ctx context.Context, token string) (hawkfish.Session, hawkfish.Account, error) {
	panic("soon")
}

// Ready says which dependencies do not answer, by name; an empty map means ready.
func (c *Control) Ready(ctx context.Context) map[string]string {
	panic("soon")
}
