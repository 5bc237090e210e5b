package libvirt

import (
	"slices"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// A guest that runs is given what it can have at once; what it does not take comes with its next boot. Whatever is done here
// can be done once more: a worker that dies in between leaves a mark that says too little, never too much.

// Flags of virDomainSetVcpusFlags and virDomainSetMemoryFlags.
const (
	affectLive  = uint32(golibvirt.DomainAffectLive)
	vcpuMaximum = uint32(golibvirt.DomainVCPUMaximum)
)

// change gives a part of what is wanted to a guest that runs with something else, and notes what the guest has then.
type change struct {
	name string
	due  func(had, wanted parts) bool
	give func(h *Host, g guest, had *parts, wanted parts) error
}

const interfaceChange = "interfaces"

var changes = []change{
	{"CPUs", func(had, wanted parts) bool { return had.CPUs != wanted.CPUs && had.Topology == wanted.Topology }, (*Host).giveCPUs},
	{"memory", func(had, wanted parts) bool { return had.MemoryMiB != wanted.MemoryMiB }, (*Host).giveMemory},
	{interfaceChange, func(had, wanted parts) bool { return !slices.Equal(had.Interfaces, wanted.Interfaces) }, (*Host).giveInterfaces},
}

// give changes what a guest that runs has, and keeps note of it in the mark. The caller has the guest's power.
func (h *Host) give(g guest) error {
	m, _ := h.registry.read(g.record)
	_, wanted, known := parseShape(m.Shape)
	rest, had, same := parseShape(m.Runs)
	if m.Runs == m.Shape || !known || !same {
		return nil
	}
	for _, c := range changes {
		if !c.due(had, wanted) || m.Adopted != "" && c.name == interfaceChange { // how an adopted one is made, its definition alone says
			continue
		}
		err := c.give(h, g, &had, wanted)
		if g.c.isLost() {
			return err
		}
		if err != nil || c.due(had, wanted) {
			h.log.Info("a guest gets a change with its next boot", "system", g.id, "change", c.name, "error", err)
		}
		h.registry.change(g.record, func(m *mark) { m.Runs = had.with(rest) })
		if err := h.save(g.c, g.Domain, g.record); err != nil {
			return err
		}
	}
	return nil
}

// giveCPUs plugs CPUs in, within the room that the guest was started with, or asks the guest to let some go
// (virDomainSetVcpusFlags), for which libvirt gives it five seconds.
func (h *Host) giveCPUs(g guest, had *parts, wanted parts) error {
	room, err := g.c.DomainGetVcpusFlags(g.Domain, affectLive|vcpuMaximum)
	if err != nil || int32(wanted.CPUs) > room {
		return err
	}
	if err = g.c.DomainSetVcpusFlags(g.Domain, uint32(wanted.CPUs), affectLive); err == nil {
		had.CPUs = wanted.CPUs
	}
	return err
}

const (
	balloonTakes = 3 * time.Second // that a guest gets to give memory back
	balloonLook  = 50 * time.Millisecond
)

// giveMemory asks the guest to give memory back, or to take it again, within what it was started with
// (virDomainSetMemoryFlags). One that has no driver for that is told to keep what it has.
func (h *Host) giveMemory(g guest, had *parts, wanted parts) error {
	_, most, _, _, _, err := g.c.DomainGetInfo(g.Domain)
	if err != nil || uint64(wanted.MemoryMiB)<<10 > most {
		return err
	}
	if err := g.c.DomainSetMemoryFlags(g.Domain, uint64(wanted.MemoryMiB)<<10, affectLive); err != nil {
		return err
	}
	for end := time.Now().Add(balloonTakes); time.Now().Before(end); time.Sleep(balloonLook) {
		_, _, has, _, _, err := g.c.DomainGetInfo(g.Domain)
		if err != nil {
			return err
		}
		if has == uint64(wanted.MemoryMiB)<<10 {
			had.MemoryMiB = wanted.MemoryMiB
			return nil
		}
	}
	return g.c.DomainSetMemoryFlags(g.Domain, uint64(had.MemoryMiB)<<10, affectLive)
}
