package hawkfish

// Census counts what there is, for those who watch the fleet.
type Census struct {
	Systems []SystemCount
	Hosts   []Host
}

// SystemCount is how many systems of a host are in a phase and have a power state.
type SystemCount struct {
	HostID string // empty: they are on none yet
	Phase  SystemPhase
	Power  string
	Count  int64
}
