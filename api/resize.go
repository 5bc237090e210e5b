package api

import (
	"encoding/json"
	"errors"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/control"
)

// systemPatchOem is the Oem section of a system's PATCH.
type systemPatchOem struct {
	HawkFish *systemOemPatch `json:"HawkFish"`
}

// systemOemPatch is what of a system is HawkFish's own, and can be written.
type systemOemPatch struct {
	CPU       *int            `json:"CPU" validate:"min=1,max=512"`
	MemoryMiB *int64          `json:"MemoryMiB" validate:"min=16,max=16777216"`
	Labels    json.RawMessage `json:"Labels"`

	AdditionalInterfaces *[]nicView       `json:"AdditionalInterfaces" validate:"max=7"`
	DirectBoot           *directBootPatch `json:"DirectBoot"`
	CloudInit            *cloudInit       `json:"CloudInit"` // {}: there is to be nothing
	Placement            *placementView   `json:"Placement"` // as a whole; {}: it wants nothing

	sealed **hawkfish.Sealed   // CloudInit, sealed; nil: it is not spoken of
	placed *hawkfish.Placement // Placement, read
}

// seal seals what may hold secrets, before anything is changed.
func (p *systemPatchOem) seal(c *control.Control, s hawkfish.System) (err error) {
	if p != nil && p.HawkFish != nil {
		p.HawkFish.sealed, err = seedOf(c, s.ID, p.HawkFish.CloudInit)
	}
	return err
}

func (p *systemPatchOem) apply(s *hawkfish.System, on hawkfish.Host) error {
	if p == nil || p.HawkFish == nil {
		return nil
	}
	if p.HawkFish.sealed != nil {
		s.Machine.CloudInit = *p.HawkFish.sealed
	}
	if p.HawkFish.placed != nil {
		s.Placement = *p.HawkFish.placed
	}
	if p.HawkFish.CPU != nil {
		s.CPUs = *p.HawkFish.CPU
	}
	if p.HawkFish.MemoryMiB != nil {
		s.MemoryMiB = *p.HawkFish.MemoryMiB
	}
	labels, err := labelsOf(p.HawkFish.Labels)
	if fault, ok := errors.AsType[*hawkfish.Error](err); ok {
		within := *fault
		within.Property = "/Oem/HawkFish" + fault.Property
		return &within
	}
	if labels != nil {
		s.Labels = labels
	}
	return errors.Join(p.HawkFish.DirectBoot.apply(s), setNICs(s, p.HawkFish.AdditionalInterfaces, on, nicsAt))
}

// systemSize is what a system is to have of CPUs and memory. What its guest has stands in the summaries, and differs while
// something is pending.
type systemSize struct {
	CPU       int            `json:"CPU"`
	MemoryMiB int64          `json:"MemoryMiB"`
	Pending   *systemPending `json:"Pending,omitempty"` // what comes with the next boot
}

type systemPending struct {
	CPU       *int   `json:"CPU,omitempty"`
	MemoryMiB *int64 `json:"MemoryMiB,omitempty"`
}

func showSize(s hawkfish.System) systemSize {
	v, now, pending := systemSize{CPU: s.CPUs, MemoryMiB: s.MemoryMiB}, s.Now(), systemPending{}
	if now.CPUs != s.CPUs {
		pending.CPU = &s.CPUs
	}
	if now.MemoryMiB != s.MemoryMiB {
		pending.MemoryMiB = &s.MemoryMiB
	}
	if pending != (systemPending{}) {
		v.Pending = &pending
	}
	return v
}

// labelled are labels as they are shown.
func labelled(labels map[string]string) map[string]string {
	if labels == nil {
		return map[string]string{}
	}
	return labels
}
