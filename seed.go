package hawkfish

import "fmt"

// Seed is what cloud-init finds on a disk of its own when the guest boots (data source NoCloud). Empty parts are left out.
type Seed struct {
	UserData      string `json:"user_data,omitempty"`
	MetaData      string `json:"meta_data,omitempty"` // empty: the system's ID and host name
	NetworkConfig string `json:"network_config,omitempty"`
}

// SeedLabel is what the sealed Seed of a system, in JSON, is bound to.
func SeedLabel(systemID string) string { return "cloud-init of system " + systemID }

// NeedsSeed reports whether a guest gets a disk for cloud-init.
func (g Guest) NeedsSeed() bool { return g.Machine.CloudInit != nil || g.Machine.HostName != "" }

// Seeded completes what cloud-init is to find with what it cannot do without.
func (g Guest) Seeded(s Seed) *Seed {
	if s.MetaData == "" {
		host := g.Machine.HostName
		if host == "" {
			host = g.Name
		}
		s.MetaData = fmt.Sprintf("instance-id: %s\nlocal-hostname: %s\n", g.ID, host)
	}
	return &s
}
