package simulated

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// room is how far a guest can grow while it runs.
type room struct {
	CPUs      int   `json:"cpus,omitempty"`
	MemoryMiB int64 `json:"memory_mib,omitempty"`
}

// give adds CPUs and interfaces to a guest that runs. It gives back neither of them, nor memory, as one without drivers for that. It has what it
// is to have when nothing else has changed since it was started.
func (s *system) give() {
	if !s.On {
		return
	}
	if s.Guest.CPUs > s.CPUs && s.Guest.CPUs <= s.Room.CPUs {
		s.CPUs = s.Guest.CPUs
	}
	for _, nic := range s.Guest.Machine.NICs {
		if at := slices.IndexFunc(s.NICs, func(had hawkfish.NIC) bool { return had.MAC == nic.MAC }); at < 0 {
			s.NICs = append(slices.Clip(s.NICs), nic)
		} else if s.NICs[at] != nic {
			s.NICs = slices.Clone(s.NICs)
			s.NICs[at] = nic
		}
	}
	if len(s.NICs) == len(s.Guest.Machine.NICs) && s.CPUs == s.Guest.CPUs && s.MemoryMiB == s.Guest.MemoryMiB && s.Rest == rest(s.Guest) {
		s.Generation = s.Guest.Machine.Generation
	}
}

// rest names what of a guest only a boot can give it.
func rest(g hawkfish.Guest) string {
	g.CPUs, g.MemoryMiB, g.Image.URL = 0, 0, ""
	g.Machine.Generation, g.Machine.PowerRestore, g.Machine.Media, g.Machine.NICs = 0, "", nil, nil
	g.Machine.Adopted, g.Machine.BiosSetAt = nil, time.Time{}
	text, err := json.Marshal(g)
	if err != nil {
		panic("a guest cannot be told: " + err.Error()) // it is plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
