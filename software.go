package hawkfish

// Software is something that runs on a host, or that its guests boot with, in one version.
type Software struct {
	ID       string `json:"id"` // unique on its host, such as "qemu"
	Name     string `json:"name"`
	Vendor   string `json:"vendor,omitempty"`   // who made it; empty: not known
	Version  string `json:"version,omitempty"`  // empty: not known
	Firmware bool   `json:"firmware,omitempty"` // guests boot with it
}
