package simulated

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
)

// room is how far a guest can grow while it runs.
type room struct {
	CPUs      int   `json:"cpus,omitempty"`
	MemoryMiB int64 `json:"memory_mib,omitempty"`
}

// give adds CPUs to a guest that runs. It gives back neither CPUs nor memory, as one without drivers for that. It has what it
// is to have when nothing else has changed since it was started.
func (s *system) give() {
	if !s.On {
		return
	}
	if s.Guest.CPUs > s.CPUs && s.Guest.CPUs <= s.Room.CPUs {
		s.CPUs = s.Guest.CPUs
	}
	if s.CPUs == s.Guest.CPUs && s.MemoryMiB == s.Guest.MemoryMiB && s.Rest == rest(s.Guest) {
		s.Generation = s.Guest.Machine.Generation
	}
}

// rest names what of a guest only a boot can give it.
func rest(g hawkfish.Guest) string {
	g.CPUs, g.MemoryMiB, g.Image.URL = 0, 0, ""
	g.Machine.Generation, g.Machine.PowerRestore, g.Machine.Media = 0, "", nil
	text, err := json.Marshal(g)
	if err != nil {
		panic("a guest cannot be told: " + err.Error()) // it is plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
