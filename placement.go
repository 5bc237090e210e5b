package hawkfish

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Placement is what a system wants of the host that it is put on, besides room for it. The zero value wants nothing: its host
// is the one with most memory left.
type Placement struct {
	Policy PlacementPolicy `json:"policy,omitempty"` // empty: Spread
	// Group names systems of the same project that belong together: they are put on one host or, where one of them has
	// AntiAffinity, each on another.
	Group        string            `json:"group,omitempty"`
	AntiAffinity bool              `json:"anti_affinity,omitempty"`
	HostLabels   map[string]string `json:"host_labels,omitempty"`   // that the host must have
	Tolerations  []Taint           `json:"tolerations,omitempty"`   // of the host's taints; one without a value tolerates every value
	StoragePools []string          `json:"storage_pools,omitempty"` // that the host must reach
	Host         string            `json:"host,omitempty"`          // this one and no other
	Recovery     RecoveryPolicy    `json:"recovery,omitempty"`      // empty: Restart
	Evacuation   EvacuationPolicy  `json:"evacuation,omitempty"`    // empty: Live
}

// RecoveryPolicy says what becomes of a system whose host is dead.
type RecoveryPolicy string

const (
	RecoverRestart RecoveryPolicy = "Restart" // it is brought to another host, and runs there if it ran
	RecoverMove    RecoveryPolicy = "Move"    // it is brought to another host, and stays off
	RecoverLeave   RecoveryPolicy = "Leave"   // it waits for its host
)

// Values lists the policies.
func (RecoveryPolicy) Values() []string {
	return []string{string(RecoverRestart), string(RecoverMove), string(RecoverLeave)}
}

// Equal reports whether two placements want the same.
func (p Placement) Equal(other Placement) bool {
	a, errA := json.Marshal(p)
	b, errB := json.Marshal(other)
	return errA == nil && errB == nil && bytes.Equal(a, b) // maps are written in the order of their keys
}

// Tolerates reports whether a taint keeps a system away.
func (p Placement) Tolerates(t Taint) bool {
	return slices.ContainsFunc(p.Tolerations, func(own Taint) bool {
		return own.Key == t.Key && (own.Value == "" || own.Value == t.Value)
	})
}

// PlacementPolicy says which of the hosts that will do is the best.
type PlacementPolicy string

const (
	Spread      PlacementPolicy = "Spread"      // the one with most left
	Pack        PlacementPolicy = "Pack"        // the one with least left
	Random      PlacementPolicy = "Random"      // any
	LeastLoaded PlacementPolicy = "LeastLoaded" // the one whose processors are least busy
)

// Values lists the policies.
func (PlacementPolicy) Values() []string {
	return []string{string(Spread), string(Pack), string(Random), string(LeastLoaded)}
}

// Wish is what something that is to be placed wants of a host.
type Wish struct {
	Resources
	Placement
	ProjectID  string   // whose Group it is
	SystemID   string   // which is left out where its group is counted; empty: there is none yet
	Networks   []string // that the host must have
	Mode       schemas.BootSourceOverrideMode
	SecureBoot bool
	TPM        bool
	// Leaving is the host that it is on, which will not do; empty: it is on none.
	Leaving string
	// DiskPool is the pool of disks that the host must share; empty: any will do.
	DiskPool string
	// Arch and CPUModel are those that a guest which goes on running needs; empty: it starts anew.
	Arch, CPUModel string
}

// WishOf is what a system wants of a host.
func WishOf(s System) Wish {
	return Wish{
		Resources: Resources{CPUs: s.CPUs, MemoryMiB: s.MemoryMiB, DiskGiB: s.DiskGiB}, Placement: s.Placement,
		ProjectID: s.ProjectID, SystemID: s.ID, Networks: s.Networks(),
		Mode: s.Machine.Mode(), SecureBoot: s.Machine.SecureBoot, TPM: s.Machine.TPM,
	}
}

// Explanation says where a wish would go, and why each host will do or will not.
type Explanation struct {
	Host     string // where it would go; empty: nowhere
	Verdicts []Verdict
}

// Verdict is what becomes of a wish on one host.
type Verdict struct {
	Host    string
	Rank    int      // 1: the best of those that will do; 0: it will not do
	Reasons []string // why not, for anybody: they name no host and no amount
	Details []string // the same, for operators
}

// Move is a step of a plan that changes where systems are.
type Move struct {
	SystemID, SystemName string
	From, To             string
	Reason               string
}

// Placements answers where systems would go. It changes nothing.
type Placements interface {
	// ExplainPlacement says where a wish would go now.
	ExplainPlacement(ctx context.Context, w Wish) (Explanation, error)
	// PlanRebalance proposes up to most moves that make the hosts more alike, in the order in which they may be made.
	PlanRebalance(ctx context.Context, most int) ([]Move, error)
	// PlanEvacuation says what would become of the systems on a host, in the order in which they would leave; policy, when it
	// is not empty, holds for all of them.
	PlanEvacuation(ctx context.Context, hostID string, policy EvacuationPolicy) ([]Exit, error)
}

// Departure is a system's way to another host.
type Departure struct {
	SystemID string
	To       string        // the host it must be; empty: the best one
	Live     bool          // the guest goes on running
	Shared   bool          // only to a host that shares the pool of disks
	For      time.Duration // how long its room is kept there
}
