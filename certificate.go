package hawkfish

// KeptCertificate is the certificate that every process's listener shows in place of its own, and the keys of signing requests
// that wait for theirs. Both hold private keys, and are kept sealed. The zero value is that of a fleet where nobody has
// put one in place.
type KeptCertificate struct {
	Revision int64    `json:"-"`
	Shown    *Sealed  `json:"shown,omitempty"`   // PEM: the leaf, the rest of its chain, and its key
	Pending  []Sealed `json:"pending,omitempty"` // PEM of one key each, the newest first
}
