package simulated

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// BootComplete is the line that a guest writes to its serial port when it has booted.
const BootComplete = "SIMULATED boot complete"

// mark is something that shows on a guest's serial port.
type mark struct {
	At   time.Time `json:"at"`
	What markKind  `json:"what"`
}

type markKind string

const (
	markBoot   markKind = "boot"
	markButton markKind = "button"
	markNMI    markKind = "nmi"
	markOff    markKind = "off"
)

// maxMarks is how much of a run a guest's serial port remembers.
const maxMarks = 64

func (s *system) note(at time.Time, what markKind) {
	if len(s.Serial) >= maxMarks {
		s.Serial = slices.Clone(s.Serial[len(s.Serial)-maxMarks+1:])
	}
	s.Serial = append(slices.Clip(s.Serial), mark{at, what})
}

// bootable reports whether the guest has an operating system to boot.
func (s *system) bootable() bool {
	return s.Source != schemas.BootSourceHdd || s.Disk != nil && s.Disk.Image != ""
}

// line is something a guest writes while it boots.
type line struct {
	after float64 // share of the time it takes to boot
	text  func(*system) string
}

var bootLines = []line{
	{0, func(s *system) string {
		return fmt.Sprintf("SIMULATED firmware: %d CPUs, %d MiB", s.Guest.CPUs, s.MemoryMiB)
	}},
	{0.2, func(s *system) string { return fmt.Sprintf("SIMULATED booting from %s", s.Source) }},
	{0.4, func(s *system) string { return "SIMULATED system " + s.Guest.ID }},
	{1, func(s *system) string {
		if !s.bootable() {
			return "SIMULATED no bootable device"
		}
		return BootComplete
	}},
}

var markTexts = map[markKind]string{
	markButton: "SIMULATED power button",
	markNMI:    "SIMULATED non-maskable interrupt",
	markOff:    "SIMULATED power off",
}

// SerialOutput works out what the guest has written by now.
func (h *Hypervisor) SerialOutput(ctx context.Context, systemID string, limit int) ([]byte, error) {
	return call(ctx, h, MethodSerialOutput, func() ([]byte, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.closed {
			return nil, errClosed
		}
		s := h.systems[systemID]
		if s == nil || !s.Defined {
			return nil, hawkfish.Missing("ComputerSystem", systemID)
		}
		out := s.serial(h.now(), h.guests.Boot)
		return out[len(out)-min(len(out), max(limit, 0)):], nil
	})
}

func (s *system) serial(now time.Time, boot time.Duration) []byte {
	type written struct {
		at   time.Time
		text string
	}
	var all []written
	for i, m := range s.Serial {
		if m.What != markBoot {
			all = append(all, written{m.At, markTexts[m.What]})
			continue
		}
		end := now
		for _, later := range s.Serial[i+1:] {
			if later.What == markBoot || later.What == markOff {
				end = later.At
				break
			}
		}
		for _, l := range bootLines {
			if at := m.At.Add(time.Duration(l.after * float64(boot))); at.Before(end) {
				all = append(all, written{at, l.text(s)})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b written) int { return a.at.Compare(b.at) })
	var out bytes.Buffer
	for _, w := range all {
		out.WriteString(w.text + "\r\n")
	}
	return out.Bytes()
}
