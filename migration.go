package hawkfish

import (
	"fmt"
	"strconv"
	"time"
)

// MigrationMode says whether a guest goes on running while it is brought to another host.
type MigrationMode string

const (
	MigrateLive MigrationMode = "Live" // it goes on; one that is off is moved as it is
	MigrateCold MigrationMode = "Cold" // it is shut down before, and started on the other host if it ran
)

// Values lists the modes.
func (MigrationMode) Values() []string { return []string{string(MigrateLive), string(MigrateCold)} }

// Convergence is what becomes of a live migration whose guest changes its memory faster than that is transferred.
type Convergence string

const (
	ConvergeFail     Convergence = "Fail"         // it is given up, and the guest goes on where it is
	ConvergeThrottle Convergence = "AutoConverge" // the guest is slowed down from the start; when that does not help in time it is given up
	ConvergePostCopy Convergence = "PostCopy"     // the guest goes on at the other host, and its memory follows: from then on it needs both hosts
	ConvergePause    Convergence = "Pause"        // the guest is held until it has been transferred
)

// Values lists the policies.
func (Convergence) Values() []string {
	return []string{string(ConvergeFail), string(ConvergeThrottle), string(ConvergePostCopy), string(ConvergePause)}
}

// MigrationPlan says how a guest is transferred. The zero value is a live migration without limits that fails when the
// guest does not converge in DefaultConvergeTime.
type MigrationPlan struct {
	Mode           MigrationMode `json:"mode,omitempty"`             // empty: Live
	CopyStorage    *bool         `json:"copy_storage,omitempty"`     // nil: as the hosts' storage is; else Conflict when it is otherwise
	BandwidthMiBps int64         `json:"bandwidth_mibps,omitempty"`  // 0: no limit
	MaxDowntimeMs  int64         `json:"max_downtime_ms,omitempty"`  // 0: the hypervisor's default
	IfNotConverged Convergence   `json:"if_not_converged,omitempty"` // empty: Fail
	ConvergeBy     time.Duration `json:"converge_by,omitempty"`      // 0: DefaultConvergeTime
	Throttle       bool          `json:"throttle,omitempty"`         // the guest is slowed down as with AutoConverge, whatever IfNotConverged says
}

// DefaultConvergeTime is how long a live migration may take before its policy for those that do not converge holds.
const DefaultConvergeTime = 5 * time.Minute

// Check says everything that is wrong with a plan.
func (p MigrationPlan) Check() []error {
	var faults []error
	for at, value := range map[string]int64{"/BandwidthMiBps": p.BandwidthMiBps, "/MaxDowntimeMs": p.MaxDowntimeMs} {
		if value < 0 || value > 1<<20 {
			faults = append(faults, Refused(at, strconv.FormatInt(value, 10), "it must be from 0, which is no limit, to 1048576"))
		}
	}
	if p.ConvergeBy < 0 || p.ConvergeBy > 6*time.Hour {
		faults = append(faults, Refused("/ConvergeSeconds", strconv.Itoa(int(p.ConvergeBy/time.Second)), "it must be from 1 second to 6 hours"))
	}
	return faults
}

// Deadline is ConvergeBy, with its default.
func (p MigrationPlan) Deadline() time.Duration {
	if p.ConvergeBy == 0 {
		return DefaultConvergeTime
	}
	return p.ConvergeBy
}

// Throttles reports whether the guest is slowed down until it converges.
func (p MigrationPlan) Throttles() bool { return p.Throttle || p.IfNotConverged == ConvergeThrottle }

// MigrationOrder asks for a system to be brought to another host; it is the input of OpMigrate.
type MigrationOrder struct {
	MigrationPlan
	SystemID string `json:"system"`
	To       string `json:"to,omitempty"` // empty: the best host
	// From, when set, is the host that it is to leave: when it is elsewhere by then, there is nothing to do.
	From      string `json:"from,omitempty"`
	Requester string `json:"requester,omitempty"` // user name
}

// Passage is one system's way from one host to another, as both are told of it.
type Passage struct {
	MigrationPlan
	ID    string `json:"id"` // of the task
	From  string `json:"from"`
	To    string `json:"to"`
	Guest Guest  `json:"guest"`
}

// Departing is what the host says that a guest leaves.
type Departing struct {
	Token  string `json:"token"`  // a file that it has put beside the guest's disk: who sees it has the same storage
	Folder string `json:"folder"` // of the guest's files
	Cache  string `json:"cache"`  // the folder of the image that its disk is a clone of
	// Media are the files of the media in its drives.
	Media map[MediaSlot]string `json:"media,omitempty"`
}

// Landing is what the host says that has made place for a guest.
type Landing struct {
	URI    string `json:"uri"`              // where the other host reaches its hypervisor
	Shared bool   `json:"shared,omitempty"` // both hosts have the guest's disk
	// Media are the files that stand for those of Departing.
	Media map[MediaSlot]string `json:"media,omitempty"`
	// NeedsImage and NeedsMedia: no place has been made before these are in the host's cache.
	NeedsImage bool        `json:"needs_image,omitempty"`
	NeedsMedia []MediaSlot `json:"needs_media,omitempty"`
}

// Ready reports whether place has been made.
func (l Landing) Ready() bool { return !l.NeedsImage && len(l.NeedsMedia) == 0 }

// MigrationProgress is how far a transfer has come.
type MigrationProgress struct {
	MemoryDone  int64         `json:"memory_done"`  // bytes, those that had to be sent again included
	MemoryLeft  int64         `json:"memory_left"`  // bytes
	MemoryTotal int64         `json:"memory_total"` // bytes
	DiskDone    int64         `json:"disk_done"`    // bytes
	DiskTotal   int64         `json:"disk_total"`   // bytes
	Rate        int64         `json:"rate"`         // bytes a second of memory
	DirtyRate   int64         `json:"dirty_rate"`   // bytes a second that the guest changes
	Round       int64         `json:"round"`        // how often its memory has been gone through
	Throttle    int64         `json:"throttle"`     // percent by which the guest is slowed down
	PostCopy    bool          `json:"post_copy,omitempty"`
	Elapsed     time.Duration `json:"elapsed"`
}

// Share is the part that is done, from 0 to total.
func (p MigrationProgress) Share() (done, total int64) {
	total = p.MemoryTotal + p.DiskTotal
	return max(0, min(total, total-p.MemoryLeft-(p.DiskTotal-p.DiskDone))), total
}

// MigrationResult is what a migration took.
type MigrationResult struct {
	Downtime    time.Duration `json:"downtime"` // for which the guest did not run
	Total       time.Duration `json:"total"`
	MemoryBytes int64         `json:"memory_bytes"`
	DiskBytes   int64         `json:"disk_bytes"`
}

// Arrival is what a host sees of a guest that has come to it.
type Arrival struct {
	Seen   Observation     `json:"seen"`
	Result MigrationResult `json:"result"`
}

// Migration is one migration, in the history.
type Migration struct {
	ID                   string // the task's
	SystemID, SystemName string
	ProjectID            string
	From, To             string
	Plan                 MigrationPlan
	Shared               bool // the disk was not copied
	State                MigrationState
	Result               MigrationResult
	Requester            string
	StartedAt            time.Time
	MovedAt, EndedAt     time.Time // zero: not yet
	Revision             int64
}

// MigrationState is how far a migration has come.
type MigrationState string

const (
	MigrationTransferring MigrationState = "Transferring" // the system is still its old host's
	MigrationMoved        MigrationState = "Moved"        // it is the new host's, and the old one is being cleaned
	MigrationCompleted    MigrationState = "Completed"
	MigrationFailed       MigrationState = "Failed"
	MigrationCancelled    MigrationState = "Cancelled"
)

// Values lists the states.
func (MigrationState) Values() []string {
	return []string{string(MigrationTransferring), string(MigrationMoved), string(MigrationCompleted), string(MigrationFailed), string(MigrationCancelled)}
}

// NotConverged is the error of a transfer that has been given up by its policy.
func NotConverged(p Passage) error {
	return &Error{
		Kind: TimedOut, Resource: "ComputerSystem", ID: p.Guest.ID, Permanent: true,
		Message: fmt.Sprintf("its guest changed its memory faster than it was transferred for %s; allow more bandwidth, or another policy (IfNotConverging)", p.Deadline()),
	}
}
