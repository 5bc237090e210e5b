package hawkfish

import (
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Settings are what administrators change of the service itself while it runs. They are
// the same for every process, and outlive all of them.
type Settings struct {
	Accounts AccountPolicy
	Sessions SessionPolicy
	Network  NetworkPolicy
}

// AccountPolicy is how accounts are protected (DSP0268, AccountService).
type AccountPolicy struct {
	Revision          int64                  `json:"-"`
	MinPasswordLength int                    `json:"MinPasswordLength"`
	MaxPasswordLength int                    `json:"MaxPasswordLength"`
	Lockout           LockoutPolicy          `json:"Lockout"`
	BasicAuth         schemas.BasicAuthState `json:"BasicAuth"`
}

// LockoutPolicy is when an account is locked, and for how long. A Threshold or Duration of 0 locks none.
type LockoutPolicy struct {
	Threshold  int `json:"Threshold"`  // wrong passwords
	Duration   int `json:"Duration"`   // seconds
	ResetAfter int `json:"ResetAfter"` // seconds after which a wrong password is forgotten
}

// SessionPolicy is how long an unused session lives.
type SessionPolicy struct {
	Revision int64 `json:"-"`
	Timeout  int   `json:"Timeout"` // seconds
}

// Lifetime returns the timeout.
func (p SessionPolicy) Lifetime() time.Duration { return time.Duration(p.Timeout) * time.Second }

// NetworkPolicy is what the service does on the network besides answering requests.
type NetworkPolicy struct {
	Revision   int64    `json:"-"`
	NTPServers []string `json:"NTPServers"` // kept for guests; the service does not set clocks
	SSDP       bool     `json:"SSDP"`       // answer searches of the local network (DSP0266, Discovery)
}

// DefaultSettings are those of a new fleet.
func DefaultSettings() Settings {
	return Settings{
		Accounts: AccountPolicy{
			MinPasswordLength: 8, MaxPasswordLength: 255, BasicAuth: schemas.BasicAuthStateEnabled,
			Lockout: LockoutPolicy{Threshold: 20, Duration: 60, ResetAfter: 60},
		},
		Sessions: SessionPolicy{Timeout: 30 * 60},
		Network:  NetworkPolicy{NTPServers: []string{}},
	}
}
