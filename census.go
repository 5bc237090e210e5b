package hawkfish

import "github.com/projectbeskar/hawkfish/schemas"

// Census counts what there is, for those who watch the fleet.
type Census struct {
	Systems []SystemCount
	Hosts   []Host
	Tasks   []TaskCount // that have not ended
}

// TaskCount is how many tasks of an operation are in a state.
type TaskCount struct {
	Operation Operation
	State     schemas.TaskState
	Count     int64
}

// SystemCount is how many systems of a host are in a phase and have a power state.
type SystemCount struct {
	HostID string // empty: they are on none yet
	Phase  SystemPhase
	Power  string
	Count  int64
}
