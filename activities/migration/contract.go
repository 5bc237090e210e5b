// Package migration brings guests from one host to another: the steps. Those of the transfer run beside the hypervisors of the two hosts, those
// that record where a system is beside the database.
package migration

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/durable"
)

// System names the system a step is about.
type System struct {
	ID string `json:"system"`
}

// Way is a passage, and what the two hosts have said of it.
type Way struct {
	hawkfish.Passage
	Departing hawkfish.Departing `json:"departing,omitzero"`
	Landing   hawkfish.Landing   `json:"landing,omitzero"`
}

// Question asks a host what it has of a system.
type Question struct {
	SystemID string `json:"system"`
	HostID   string `json:"host"`
}

// Standing is what a host has of a system.
type Standing struct {
	Is hawkfish.Standing `json:"is"`
}

// Gone names a system that has left a host.
type Gone struct {
	SystemID string `json:"system"`
	Shared   bool   `json:"shared,omitempty"` // its files are the other host's, too
}

// Beginning is what is noted of a migration that begins.
type Beginning struct {
	ID        string                 `json:"id"`
	SystemID  string                 `json:"system"`
	From      string                 `json:"from"`
	To        string                 `json:"to"`
	Plan      hawkfish.MigrationPlan `json:"plan"`
	Shared    bool                   `json:"shared,omitempty"`
	Requester string                 `json:"requester,omitempty"`
}

// Record names a migration in the history.
type Record struct {
	ID     string                   `json:"id"`
	Result hawkfish.MigrationResult `json:"result,omitzero"`
}

// Left is what a host could not be asked to let go of.
type Left struct {
	HostID string            `json:"host"`
	Left   hawkfish.Leftover `json:"left"`
}

// Of the hosts.
var (
	Offer   = durable.Activity[Way, hawkfish.Departing]{Name: "migration.Offer", Policy: durable.Quick}
	Prepare = durable.Activity[Way, hawkfish.Landing]{Name: "migration.Prepare", Policy: durable.Quick}
	// Send transfers the guest, and reports hawkfish.MigrationProgress.
	Send   = durable.Activity[Way, durable.None]{Name: "migration.Send", Policy: durable.Slow}
	Abort  = durable.Activity[Way, durable.None]{Name: "migration.Abort", Policy: durable.Quick}
	State  = durable.Activity[Question, Standing]{Name: "migration.State", Policy: durable.Glance}
	Settle = durable.Activity[Way, hawkfish.Arrival]{Name: "migration.Settle", Policy: durable.Quick}
	Clean  = durable.Activity[System, durable.None]{Name: "migration.Clean", Policy: durable.Quick}
	Forget = durable.Activity[Gone, durable.None]{Name: "migration.Forget", Policy: durable.Quick}
)

// Tuning changes the limits of a transfer; 0 leaves one as it is.
type Tuning struct {
	SystemID       string `json:"system"`
	BandwidthMiBps int64  `json:"bandwidth_mibps,omitempty"`
	MaxDowntimeMs  int64  `json:"max_downtime_ms,omitempty"`
}

// Tune is asked of the host that the guest leaves, without a workflow. Conflict when there is no transfer.
var Tune = durable.Activity[Tuning, durable.None]{Name: "migration.Tune", Policy: durable.Brief}

// Of the fleet.
var (
	// Source answers where the image is fetched from that a system's disk is a clone of; the zero one: it is a clone of none.
	Source = durable.Activity[System, hawkfish.ImageSource]{Name: "migration.Source", Policy: durable.Record}
	// Begin notes that the system is on its way. Conflict when the new host has something of it from before.
	Begin = durable.Activity[Beginning, durable.None]{Name: "migration.Begin", Policy: durable.Record}
	// Commit records that it is at its new host.
	Commit = durable.Activity[Record, durable.None]{Name: "migration.Commit", Policy: durable.Record}
	Note   = durable.Activity[Record, durable.None]{Name: "migration.Note", Policy: durable.Record}
	Leave  = durable.Activity[Left, durable.None]{Name: "migration.Leave", Policy: durable.Record}
)
