package hawkfish

import (
	"fmt"
	"strconv"
	"time"
)

// EvacuationPolicy says how a system leaves a host that is to be empty.
type EvacuationPolicy string

const (
	EvacuateLive  EvacuationPolicy = "Live"  // it goes on running on another host
	EvacuateCold  EvacuationPolicy = "Cold"  // it is shut down, and started on another host
	EvacuateStop  EvacuationPolicy = "Stop"  // it is shut down, and stays
	EvacuateLeave EvacuationPolicy = "Leave" // it stays as it is
)

// Values lists the policies.
func (EvacuationPolicy) Values() []string {
	return []string{string(EvacuateLive), string(EvacuateCold), string(EvacuateStop), string(EvacuateLeave)}
}

// Mode is how a system is brought to another host; empty: it is not.
func (p EvacuationPolicy) Mode() MigrationMode {
	return map[EvacuationPolicy]MigrationMode{EvacuateLive: MigrateLive, EvacuateCold: MigrateCold}[p]
}

// EvacuationLimits bound an evacuation.
type EvacuationLimits struct {
	MigrationPlan                // of each system; its Mode is the policy's
	MaxConcurrency int           `json:"at_once,omitempty"` // systems at once; 0: DefaultEvacuations
	Within         time.Duration `json:"within,omitempty"`  // after which what has not left is left; 0: DefaultEvacuationTime
}

const (
	DefaultEvacuations    = 2
	MaxEvacuations        = 32
	DefaultEvacuationTime = time.Hour
	MaxEvacuationTime     = 24 * time.Hour
)

// Check says everything that is wrong with the limits.
func (l EvacuationLimits) Check() []error {
	faults := l.MigrationPlan.Check()
	if l.MaxConcurrency < 0 || l.MaxConcurrency > MaxEvacuations {
		faults = append(faults, Refused("/MaxConcurrency", strconv.Itoa(l.MaxConcurrency), fmt.Sprintf("it must be from 1 to %d", MaxEvacuations)))
	}
	if l.Within < 0 || l.Within > MaxEvacuationTime {
		faults = append(faults, Refused("/TimeoutSeconds", strconv.Itoa(int(l.Within/time.Second)), "it must be from 1 second to a day"))
	}
	return faults
}

// Exit is what is to become of one system of a host that is to be empty.
type Exit struct {
	SystemID   string           `json:"system"`
	SystemName string           `json:"name"`
	Policy     EvacuationPolicy `json:"policy"`
	// To is where it goes, as far as that can be said: room is kept when its turn comes. When it is to go back after maintenance, it is the host it is
	// brought to.
	To string `json:"to,omitempty"`
	// Reason is why it stays; empty: it leaves.
	Reason string `json:"reason,omitempty"`
}

// Leaves reports whether something is done with the system.
func (e Exit) Leaves() bool { return e.Reason == "" && e.Policy != EvacuateLeave }

// Evacuation is the input of OpEvacuate and of OpReturn: what is done with which systems.
type Evacuation struct {
	Plan
	EvacuationLimits
	HostID string `json:"host"` // that they leave, or return to
	Exits  []Exit `json:"exits"`
}
