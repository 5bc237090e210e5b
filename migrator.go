package hawkfish

import "context"

// Migrator is what HawkFish asks of the two hosts between which a guest moves. What is said of Hypervisor holds for it, too. The order
// is OfferMigration, PrepareMigration, Migrate, SettleMigration, ForgetMigrated; whatever fails in between is taken back by
// AbortMigration and CleanMigration, once MigrationState has told where the guest is.
type Migrator interface {
	// OfferMigration asks the host that a guest is to leave whether it can, and marks its storage. All that keeps it is in the error.
	OfferMigration(ctx context.Context, p Passage) (Departing, error)
	// PrepareMigration makes place on the host that a guest goes to: where the disk is not shared, an empty one. All that keeps it from
	// coming is in the error. A guest that has arrived already is left alone.
	PrepareMigration(ctx context.Context, p Passage, from Departing) (Landing, error)
	// Migrate transfers a guest, from the host that it leaves, and returns when it has gone. A guest that is off is never let run. A
	// transfer that is under way, also from an earlier worker's, is followed; when ctx ends it goes on. Its errors are Permanent when
	// trying again begins a new transfer: where the guest is then, MigrationState tells. TimedOut when it has not converged.
	Migrate(ctx context.Context, p Passage, from Departing, to Landing, progress func(MigrationProgress)) error
	// TuneMigration changes the limits of a transfer under way, on the host that the guest leaves; 0 leaves one as it is. Conflict when there is none.
	TuneMigration(ctx context.Context, systemID string, bandwidthMiBps, maxDowntimeMs int64) error
	// AbortMigration ends a transfer under way, on the host that the guest leaves, and takes OfferMigration back: a guest that a transfer has left
	// held goes on. Conflict when the guest has gone already, or cannot come back.
	AbortMigration(ctx context.Context, p Passage) error
	// MigrationState says what a host has of a system that moves, whichever side it is.
	MigrationState(ctx context.Context, systemID string) (Standing, error)
	// SettleMigration does what remains on the host that a guest has come to: a cold one is switched off.
	SettleMigration(ctx context.Context, p Passage) (Arrival, error)
	// CleanMigration removes what a migration that came to nothing has left on the host that the guest was to go to. Conflict when the guest runs there.
	CleanMigration(ctx context.Context, systemID string) error
	// ForgetMigrated removes what the host still has of a guest that has gone: its domain, and unless they are shared its files.
	ForgetMigrated(ctx context.Context, systemID string, shared bool) error
}

// Standing is what a host has of a system that moves.
type Standing string

const (
	StandsNowhere   Standing = "Nothing"    // no domain
	StandsOff       Standing = "Off"        // a domain whose guest does not run
	StandsHere      Standing = "Here"       // the guest, and no transfer of it
	StandsSending   Standing = "Sending"    // the guest, which is being transferred to elsewhere
	StandsHeld      Standing = "Held"       // the guest, held by a transfer that has broken off
	StandsSent      Standing = "Sent"       // a domain whose guest has gone elsewhere
	StandsIncoming  Standing = "Incoming"   // what a guest is being transferred to; it has never run
	StandsHalfSent  Standing = "HalfSent"   // a part of the guest's memory, which runs elsewhere; the transfer has broken off
	StandsHalfCome  Standing = "HalfCome"   // the guest, which needs memory that it does not have yet
	StandsUnknown   Standing = "Unknown"    // nobody can say: the host does not answer
	StandsNoneAlive Standing = "HostFenced" // the host is known to be dead
)

// Whereabouts is what follows from what both hosts say of a system that moves.
type Whereabouts string

const (
	Arrived   Whereabouts = "Arrived"   // it is at its new host
	Stayed    Whereabouts = "Stayed"    // it is at its old one
	Underway  Whereabouts = "Underway"  // it is being transferred
	Torn      Whereabouts = "Torn"      // it runs at its new host, and a part of its memory is at the old one
	Uncertain Whereabouts = "Uncertain" // nobody can say: nothing may be touched
)

// whereabouts judges pairs: what the old host says, and what the new one says. What is missing is Uncertain.
var whereabouts = map[[2]Standing]Whereabouts{
	{StandsHere, StandsNowhere}: Stayed, {StandsHere, StandsOff}: Stayed, {StandsHere, StandsIncoming}: Stayed, {StandsHere, StandsUnknown}: Stayed, {StandsHere, StandsNoneAlive}: Stayed,
	{StandsHeld, StandsNowhere}: Stayed, {StandsHeld, StandsOff}: Stayed, {StandsHeld, StandsNoneAlive}: Stayed,
	{StandsOff, StandsNowhere}: Stayed, {StandsOff, StandsIncoming}: Stayed, {StandsOff, StandsNoneAlive}: Stayed,

	{StandsSending, StandsNowhere}: Underway, {StandsSending, StandsIncoming}: Underway, {StandsSending, StandsOff}: Underway,
	{StandsSending, StandsUnknown}: Underway, {StandsSending, StandsHere}: Underway, {StandsSending, StandsHalfCome}: Underway,

	{StandsNowhere, StandsHere}: Arrived, {StandsSent, StandsHere}: Arrived, {StandsHeld, StandsHere}: Arrived, {StandsOff, StandsHere}: Arrived,
	{StandsUnknown, StandsHere}: Arrived, {StandsNoneAlive, StandsHere}: Arrived,
	// A cold one that has arrived is switched off there.
	{StandsNowhere, StandsOff}: Arrived, {StandsSent, StandsOff}: Arrived,

	{StandsHalfSent, StandsHalfCome}: Torn, {StandsUnknown, StandsHalfCome}: Torn,
	{StandsHalfSent, StandsHere}: Arrived,
}

// Locate says where a system is that was on its way between two hosts, from what they say of it.
func Locate(from, to Standing) Whereabouts {
	if w, ok := whereabouts[[2]Standing{from, to}]; ok {
		return w
	}
	return Uncertain
}
