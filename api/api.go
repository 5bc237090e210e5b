// Package api declares the Redfish resources that HawkFish serves, one file
// each: what callers see of the fleet, and which use case each wish is. It
// knows no router, no database and no workflow.
package api

import (
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/describe"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// ServiceInfo is what the service says of itself.
type ServiceInfo struct {
	UUID    string // of the service, the same after a restart
	Version string // of HawkFish
	// TemporalUI is the address of Temporal's Web UI, such as "http://127.0.0.1:8233"; empty: there is none.
	TemporalUI        string
	TemporalNamespace string

	HostName string // what clients call the service
	Port     int    // where it listens
	TLS      bool   // it speaks TLS itself

	Telemetry time.Duration // how often hosts count what guests use; 0: never
}

// Resources is the standard tree of the fleet view.
func Resources(c *control.Control, info ServiceInfo) []redfish.Resource {
	return slices.Concat(
		serviceRoot(info),
		systems(c),
		inventories(c),
		tasks(c, info),
		sessions(c),
		accounts(c),
		fleet(),
		images(c),
		profiles(c),
		batches(c),
		hosts(c),
		placements(c),
		migrations(c),
		imports(c),
		projects(c),
		managers(c, info),
		bios(c),
		trustedComponents(c),
		logs(c),
		updateService(c, info),
		telemetry(c, info),
		chassis(c),
		media(c),
		certificates(c),
		audit(c),
		registries(),
		describe.Resources(info.Version),
	)
}

// asked returns who asks, with the request that is kept with the task.
func asked(req *redfish.Request) control.Asked {
	return control.Asked{By: req.Actor(), Within: req.Permitted(), Payload: hawkfish.Payload{
		TargetURI: req.Path, HTTPOperation: req.Method, JSONBody: req.PublicBody(), Trace: req.Trace,
	}}
}

// accepted answers with the task that a use case has opened.
func accepted(t hawkfish.Task, err error) (redfish.Result, error) {
	return watched(taskState{Task: t}), err
}

// manages reports whether the caller may manage the service, and so may know of what is every project's.
func manages(req *redfish.Request) bool {
	return req.Caller != nil && slices.Contains(req.Caller.Privileges, schemas.PrivilegeConfigureManager)
}

// status is the Status property (DSP0268, Resource.Status).
type status struct {
	State  schemas.State  `json:"State"`
	Health schemas.Health `json:"Health,omitempty"`
}

// working is the status of what has no other.
var working = status{State: schemas.StateEnabled, Health: schemas.HealthOK}
