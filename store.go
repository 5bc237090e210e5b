package hawkfish

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// The ports below are what the control plane asks of its database. store
// implements them all; its errors are *Error: NotFound, Exists, Stale, Busy,
// Conflict, and Unavailable when PostgreSQL does not answer in time.
//
// Reads take the caller's Scope: what it does not hold is NotFound.

// Store is everything that is kept.
type Store interface {
	Systems
	Inventories
	Images
	Profiles
	Hosts
	Placements
	Migrations
	Tasks
	Dispatch
	Ledger
	Accounts
	Projects
	SettingsKeeper
	Trail
	Logs
	Telemetry
	Outbox
	Housekeeping
}

// Page is a part of a list in its stable order; Limit 0 means all.
type Page struct{ Skip, Limit int }

// Systems keeps systems.
type Systems interface {
	// FindSystem takes an ID or a name.
	FindSystem(ctx context.Context, scope Scope, idOrName string) (System, error)
	// ListSystems orders by creation and returns how many there are in all.
	ListSystems(ctx context.Context, scope Scope, page Page) ([]System, int, error)
	// SystemIDs lists the IDs alone, in the same order. The slice may be shared: it must not be changed.
	SystemIDs(ctx context.Context, scope Scope, page Page) ([]string, int, error)
	// SystemIDsWith lists the IDs of the systems that a filter lets pass, in the same order.
	SystemIDsWith(ctx context.Context, scope Scope, filter SystemFilter, page Page) ([]string, int, error)
	// TakenNames returns those of the names that systems have, whoever they belong to.
	TakenNames(ctx context.Context, names []string) ([]string, error)
	// Identities returns those of the systems that have one of the IDs, names or MACs, whoever they belong to.
	Identities(ctx context.Context, ids, names, macs []string) ([]Identity, error)
	// UpdateSystem returns Stale when revision is not the stored one; 0 matches any. When the change reaches what the
	// system's host has to know, carry, which is to tell it, is opened in the same transaction and returned; else the
	// task returned is the zero one. Exhausted when the project may not have as much.
	UpdateSystem(ctx context.Context, scope Scope, id string, revision int64, change SystemChange, carry Task) (System, Task, error)
}

// Profiles keeps profiles. Changes take a revision, as those of Accounts do.
type Profiles interface {
	// FindProfile takes an ID or a name. Conflict when several projects in scope have one of that name.
	FindProfile(ctx context.Context, scope Scope, idOrName string) (Profile, error)
	ListProfiles(ctx context.Context, scope Scope, page Page) ([]Profile, int, error)
	// CreateProfile returns Exists when the project has one of this name.
	CreateProfile(ctx context.Context, p Profile) (Profile, error)
	UpdateProfile(ctx context.Context, scope Scope, id string, revision int64, change ProfileChange) (Profile, error)
	DeleteProfile(ctx context.Context, scope Scope, id string, revision int64) error
}

// Images keeps images.
type Images interface {
	// FindImage takes an ID, "name:version", or a name, which means its newest version that is ready.
	FindImage(ctx context.Context, scope Scope, ref string) (Image, error)
	ListImages(ctx context.Context, scope Scope, page Page) ([]Image, int, error)
	// ImageIDsWith lists the IDs of the images that a filter lets pass, in the same order.
	ImageIDsWith(ctx context.Context, scope Scope, filter ImageFilter, page Page) ([]string, int, error)
}

// Hosts keeps hosts.
type Hosts interface {
	FindHost(ctx context.Context, id string) (Host, error)
	ListHosts(ctx context.Context) ([]Host, error)
	// RegisterHost prepares a host whose worker has not reported yet. Exists.
	RegisterHost(ctx context.Context, h Host) (Host, error)
	// UpdateHost returns Stale when revision is not the stored one; 0 matches any.
	UpdateHost(ctx context.Context, id string, revision int64, edit HostEdit) (Host, error)
	// ChangeHost changes a host's state, and tells of it. Conflict when the change may not follow on the state.
	ChangeHost(ctx context.Context, id string, revision int64, change HostChange, requester string) (Host, error)
	// RemoveHost forgets a host. Conflict while systems are on it, or on their way to it.
	RemoveHost(ctx context.Context, id string, revision int64) error
	// SilenceHosts makes the hosts Unreachable that have not reported for HostSilence, tells of it, and returns their IDs.
	SilenceHosts(ctx context.Context) ([]string, error)
	// NextSilence is how long it will take, at least, until a host that reports now may have been silent for HostSilence.
	NextSilence(ctx context.Context) (time.Duration, error)
	// Census counts what there is.
	Census(ctx context.Context) (Census, error)
}

// Tasks keeps tasks and the order in which they get their turn.
type Tasks interface {
	FindTask(ctx context.Context, scope Scope, id string) (Task, error)
	// ListTasks orders newest first. Subtasks are listed by their parent alone.
	ListTasks(ctx context.Context, scope Scope, page Page) ([]Task, int, error)
	// TaskIDsWith lists the IDs of the tasks that a filter lets pass, in the same order.
	TaskIDsWith(ctx context.Context, scope Scope, filter TaskFilter, page Page) ([]string, int, error)

	// OpenTask stores t, which holds everything needed to start its workflow, with State New
	// when its target is free, else Pending. Busy when MaxWaitingTasks wait already; NotFound when
	// the target is gone; Conflict when the target is being deleted.
	OpenTask(ctx context.Context, t Task) (Task, error)
	// SupersedeTasks stores t as OpenTask does, in place of the tasks of its operation that wait for its target: they are
	// cancelled. So at most one such task waits beyond MaxWaitingTasks, and none is Busy.
	SupersedeTasks(ctx context.Context, t Task) (Task, error)
	// CreateSystem stores a system and the task that provisions it, or neither.
	// Exists when the name is taken.
	CreateSystem(ctx context.Context, s System, t Task) (Task, error)
	// DeleteSystem marks a system Deleting and opens the task that deletes it, or neither.
	DeleteSystem(ctx context.Context, t Task) (Task, error)
	// CreateImage and DeleteImage do the same for images. DeleteImage returns
	// Conflict while a system uses the image.
	CreateImage(ctx context.Context, img Image, t Task) (Task, error)
	DeleteImage(ctx context.Context, t Task) (Task, error)
	// OpenBatch stores the task of a batch, or nothing: Exhausted when its project may not have need more.
	OpenBatch(ctx context.Context, t Task, need Usage) (Task, error)
	// Each of the calls above that opens a task returns the one there is when it is a subtask that has been opened before, and
	// Conflict when its parent has ended or is being cancelled.

	// RefuseTask stores a subtask that could not be opened as one that has ended in Exception, and why.
	RefuseTask(ctx context.Context, t Task, faults []*Error) (Task, error)
	// ListSubTasks orders by acceptance. NotFound when the parent is.
	ListSubTasks(ctx context.Context, scope Scope, parentID string, page Page) ([]Task, int, error)
	// TallySubTasks counts the subtasks of a task.
	TallySubTasks(ctx context.Context, parentID string) (Tally, error)
	// OpenSubTasks lists those subtasks of a task that have not ended, in the order of acceptance.
	OpenSubTasks(ctx context.Context, parentID string) ([]Task, error)

	// CancelTask ends a task that waits, and marks one that has its turn Cancelling. Conflict when it has ended, or
	// is suspended and committed.
	CancelTask(ctx context.Context, scope Scope, id string) (Task, error)
	// TaskHolding returns the task of a target that has its turn, if any.
	TaskHolding(ctx context.Context, target Target) (Task, bool, error)
	// Ejecting reports whether a task that has not ended will empty a system's drive.
	Ejecting(ctx context.Context, systemID string, slot MediaSlot) (bool, error)
}

// Migrations answers which ways systems have gone.
type Migrations interface {
	FindMigration(ctx context.Context, scope Scope, id string) (Migration, error)
	// MigrationIDs lists the IDs alone, newest first.
	MigrationIDs(ctx context.Context, scope Scope, page Page) ([]string, int, error)
}

// Dispatch is what the sweep that starts workflows needs.
type Dispatch interface {
	// ClaimUndispatched returns up to limit tasks whose turn has come, whose workflow nobody has
	// been seen to start, and that nobody else has claimed within lease.
	ClaimUndispatched(ctx context.Context, limit int, lease time.Duration) ([]Task, error)
	// MarkDispatched records that a task's workflow has been started, and makes a New task Running.
	MarkDispatched(ctx context.Context, id string) error
	// ClaimUnheard returns tasks that have their turn and were started, but have not changed
	// for longer than silence, so that someone can look whether their workflow still exists.
	ClaimUnheard(ctx context.Context, limit int, silence time.Duration) ([]Task, error)
	// ClaimUntold returns up to limit subtasks that have ended, of whose end nobody has been seen to tell their parents, and
	// that nobody else has claimed within lease.
	ClaimUntold(ctx context.Context, limit int, lease time.Duration) ([]Task, error)
	// MarkTold records that the parents of subtasks have been told of their ends.
	MarkTold(ctx context.Context, ids []string) error
	// ListenDispatch calls wake when a waiting task may have got its turn, and when a subtask has ended, until ctx ends or the connection is lost.
	// A task that has its turn when it is opened is started by who opens it, or found by the sweep.
	ListenDispatch(ctx context.Context, wake func()) error
}

// Ledger is what workflows write. Each call can be repeated: a task that has
// ended, or an observation that is older than the stored one, changes nothing.
type Ledger interface {
	// PlaceSystem chooses a host for a system, records it, and returns it. A system already placed keeps its
	// host. Exhausted when no host fits.
	PlaceSystem(ctx context.Context, systemID string) (hostID string, err error)
	// SuspendTask and ResumeTask record that a task waits for a person, and that it no longer does.
	SuspendTask(ctx context.Context, taskID string, s Suspension) error
	ResumeTask(ctx context.Context, taskID string) error
	// FinishTask, in one transaction: writes what was observed, applies the operation's effect on its
	// target (a provisioned system becomes Ready, a failed one is removed, and so on), closes
	// the task, writes the events, and gives the target's next task its turn.
	FinishTask(ctx context.Context, taskID string, o Outcome, seen *Observation, img *ImageFacts) error

	// RecordMetrics stores the samples of systems that are placed on the host; others are ignored.
	RecordMetrics(ctx context.Context, m Measurement) error
	// ReserveHost keeps room on another host for a system that is to go there, chooses the host where none is named, and
	// returns it. A system that has room already keeps it, and for longer. Exhausted, with the reasons, when no host will do.
	ReserveHost(ctx context.Context, d Departure) (hostID string, err error)
	// ReleaseHost gives the room back that ReserveHost has kept for a system, if there is any.
	ReleaseHost(ctx context.Context, systemID string) error
	// MoveSystem records that a system is where room was kept for it. Conflict when it was kept elsewhere, or for too short a time.
	MoveSystem(ctx context.Context, systemID, hostID string) error
	// BeginMigration notes that a system is on its way to another host; from then on its own is not believed when it says that it has gone.
	// It may be repeated. Conflict when the other host still has something of the system from before.
	BeginMigration(ctx context.Context, m Migration) error
	// CommitMigration records that the system is at its new host, whether room was kept for it there or not. It may be repeated.
	CommitMigration(ctx context.Context, id string) error
	// NoteMigration stores what a migration that has not ended has taken.
	NoteMigration(ctx context.Context, id string, r MigrationResult) error
	// LeaveBehind notes what a host has of a system that it could not be asked to let go of. MoveSystem does so for one that
	// leaves a dead host.
	LeaveBehind(ctx context.Context, hostID string, left Leftover) error
	// Leftovers lists what a host still has of systems that are no longer its own.
	Leftovers(ctx context.Context, hostID string) ([]Leftover, error)
	// ClearLeftovers forgets what a host has let go of.
	ClearLeftovers(ctx context.Context, hostID string, systemIDs []string) error
	// AnnounceHost stores what a host says of itself, and that it lives. Conflict when another machine has the name: one that
	// lives, or that systems are on.
	AnnounceHost(ctx context.Context, a Announcement) error
	// Observe stores what a host saw. complete, when not zero, is when the host looked at all its systems: one that is
	// placed and Ready there, not among seen, and not observed since, is Lost.
	Observe(ctx context.Context, hostID string, seen []Observation, complete time.Time) error
	// RecordInventories stores what a host saw that systems have which are placed on it; others are ignored, and so are
	// looks that are older than what is stored.
	RecordInventories(ctx context.Context, hostID string, seen []Inventory) error
}

// Accounts keeps who may log in. Changes take a revision: Stale when it is not the stored one; 0 matches any.
type Accounts interface {
	FindAccount(ctx context.Context, id string) (Account, error)
	FindAccountByName(ctx context.Context, userName string) (Account, error)
	ListAccounts(ctx context.Context) ([]Account, error)
	// CreateAccount returns Exists when the name is taken, and NotFound when the role or a project is not there.
	CreateAccount(ctx context.Context, a Account) (Account, error)
	// UpdateAccount closes the account's sessions when the password changes, but for upd.KeepSession. Conflict
	// when no enabled Administrator would be left; so does DeleteAccount.
	UpdateAccount(ctx context.Context, id string, revision int64, upd AccountUpdate) (Account, error)
	DeleteAccount(ctx context.Context, id string, revision int64) error
	// NoteFailure counts a wrong password, and locks the account when it was one too many.
	NoteFailure(ctx context.Context, id string, policy LockoutPolicy) error
	// ForgetFailures starts the count anew: the password was right.
	ForgetFailures(ctx context.Context, id string) error

	FindRole(ctx context.Context, id string) (Role, error)
	ListRoles(ctx context.Context) ([]Role, error)
	CreateRole(ctx context.Context, r Role) (Role, error)
	// UpdateRole and DeleteRole return Denied for a predefined role; DeleteRole Conflict while an account has it.
	UpdateRole(ctx context.Context, id string, revision int64, privileges []schemas.Privilege) (Role, error)
	DeleteRole(ctx context.Context, id string, revision int64) error

	// OpenSession returns the session, which expires a lifetime from now.
	OpenSession(ctx context.Context, s Session, lifetime time.Duration) (Session, error)
	// FindSession takes an ID; FindSessionByToken the SHA-256 of a token. Expired sessions are NotFound.
	FindSession(ctx context.Context, id string) (Session, error)
	FindSessionByToken(ctx context.Context, hash []byte) (Session, error)
	ListSessions(ctx context.Context) ([]Session, error)
	CloseSession(ctx context.Context, id string) error
	// TouchSession moves a session's expiry to a lifetime from now.
	TouchSession(ctx context.Context, id string, lifetime time.Duration) error
	// ShortenSessions lets no session live for longer than a lifetime from now.
	ShortenSessions(ctx context.Context, lifetime time.Duration) error
}

// Housekeeping forgets what is over.
type Housekeeping interface {
	// Prune forgets up to limit each of ended tasks, events, entries of the audit trail and entries of logs that are
	// older than keep says, and the sessions that have expired. It returns how many are gone.
	Prune(ctx context.Context, keep Retention, limit int) (int, error)
}

// Retention says how long what is over is kept; 0: for ever.
type Retention struct{ Tasks, Events, Audit, Logs time.Duration }

// Projects keeps projects and their members. Changes take a revision, as those of Accounts do.
type Projects interface {
	FindProject(ctx context.Context, scope Scope, idOrName string) (Project, error)
	ListProjects(ctx context.Context, scope Scope) ([]Project, error)
	CreateProject(ctx context.Context, p Project) (Project, error)
	UpdateProject(ctx context.Context, scope Scope, id string, revision int64, upd ProjectUpdate) (Project, error)
	// DeleteProject returns Conflict while the project owns something.
	DeleteProject(ctx context.Context, scope Scope, id string, revision int64) error
	UsageOf(ctx context.Context, projectID string) (Usage, error)

	ListMembers(ctx context.Context, projectID string) ([]Member, error)
	FindMember(ctx context.Context, projectID, accountID string) (Member, error)
	AddMember(ctx context.Context, m Member) (Member, error)
	UpdateMember(ctx context.Context, m Member, revision int64) (Member, error)
	RemoveMember(ctx context.Context, projectID, accountID string, revision int64) error
}

// SettingsKeeper keeps the settings. Changes take a revision, as those of Accounts do.
type SettingsKeeper interface {
	Settings(ctx context.Context) (Settings, error)
	SetAccountPolicy(ctx context.Context, revision int64, p AccountPolicy) (AccountPolicy, error)
	SetSessionPolicy(ctx context.Context, revision int64, p SessionPolicy) (SessionPolicy, error)
	SetNetworkPolicy(ctx context.Context, revision int64, p NetworkPolicy) (NetworkPolicy, error)

	KeptCertificate(ctx context.Context) (KeptCertificate, error)
	KeepCertificate(ctx context.Context, revision int64, kept KeptCertificate) (KeptCertificate, error)
}

// Trail keeps the audit trail.
type Trail interface {
	// AppendAudit stores entries in their order, or none of them.
	AppendAudit(ctx context.Context, entries []AuditEntry) error
	FindAudit(ctx context.Context, sequence int64) (AuditEntry, error)
	// ListAudit orders newest first.
	ListAudit(ctx context.Context, filter AuditFilter, page Page) ([]AuditEntry, int, error)
	AuditStats(ctx context.Context) (AuditStats, error)
}

// Logs keeps what happened to systems. Entries are written with the events that they tell of.
type Logs interface {
	// ListLog returns a page of a system's log, oldest first, and how many entries there are in all.
	ListLog(ctx context.Context, systemID string, log LogName, filter LogFilter, page Page) ([]LogEntry, int, error)
	FindLogEntry(ctx context.Context, systemID string, log LogName, number int64) (LogEntry, error)
	// ClearLog forgets the entries of one log of a system. NotFound when there is no such system.
	ClearLog(ctx context.Context, scope Scope, systemID string, log LogName, requester string) error
}

// Outbox keeps events until everyone has read them.
type Outbox interface {
	// ReadEvents returns up to limit events after a sequence number, in order.
	ReadEvents(ctx context.Context, after int64, limit int) ([]Event, error)
}
