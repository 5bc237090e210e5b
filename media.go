package hawkfish

import (
	"maps"
	"time"
)

// MediaSlot names a drive of a system that media are put into. It is also the Id of its VirtualMedia.
type MediaSlot string

const (
	SlotCd     MediaSlot = "Cd"
	SlotFloppy MediaSlot = "Floppy"
	SlotUsb    MediaSlot = "Usb"

	// Of a direct boot: no drives, but files that the guest is started with.
	SlotKernel MediaSlot = "Kernel"
	SlotInitrd MediaSlot = "Initrd"
)

// BootFileSlots lists what a direct boot is made of: the kernel, and what it finds its root in.
var BootFileSlots = []MediaSlot{SlotKernel, SlotInitrd}

// MediaSlots lists the drives that every system has.
var MediaSlots = []MediaSlot{SlotCd, SlotFloppy, SlotUsb}

// MediaDrive is what a slot has; the zero MediaDrive is empty.
type MediaDrive struct {
	Medium *Medium `json:"medium,omitempty"` // nil: it is empty
	// Unverified: the certificates of servers that media are fetched from are not verified.
	Unverified bool `json:"unverified,omitempty"`
}

// Medium is an image file in a drive. Guests cannot write to it: systems share it.
type Medium struct {
	ID        string    `json:"id"` // of the task that brought it: another one for every insertion
	URL       string    `json:"url"`
	UserName  string    `json:"user_name,omitempty"` // at the URL's server
	SHA256    string    `json:"sha256"`              // lower-case hex
	SizeBytes int64     `json:"size"`
	Out       bool      `json:"out,omitempty"` // it is attached, but the guest does not see it
	Since     time.Time `json:"since,omitzero"`
}

// Inserted reports whether the guest sees a medium in the drive.
func (d MediaDrive) Inserted() bool { return d.Medium != nil && !d.Medium.Out }

// WithDrive returns the machine with another drive in a slot.
func (m Machine) WithDrive(slot MediaSlot, drive MediaDrive) Machine {
	m.Media = maps.Clone(m.Media)
	if m.Media == nil {
		m.Media = map[MediaSlot]MediaDrive{}
	}
	m.Media[slot] = drive
	if drive == (MediaDrive{}) {
		delete(m.Media, slot)
	}
	return m
}

// WithMedium returns the machine with a medium in a drive; nil: the drive is empty.
func (m Machine) WithMedium(slot MediaSlot, medium *Medium) Machine {
	drive := m.Media[slot]
	drive.Medium = medium
	return m.WithDrive(slot, drive)
}

// Without returns the machine without the media that have these IDs.
func (m Machine) Without(media ...string) Machine {
	for slot, drive := range m.Media {
		for _, id := range media {
			if drive.Medium != nil && drive.Medium.ID == id {
				m = m.WithMedium(slot, nil)
			}
		}
	}
	return m
}

// SameButMedia reports whether two machines differ in nothing but the media in their drives, which every guest can be
// given while it runs. What it is booted with is none of them.
func (m Machine) SameButMedia(other Machine) bool {
	m.Media, other.Media = m.bootFiles(), other.bootFiles()
	return m.Equal(other)
}

// bootFiles are the files of a direct boot alone.
func (m Machine) bootFiles() map[MediaSlot]MediaDrive {
	var files map[MediaSlot]MediaDrive
	for _, slot := range BootFileSlots {
		if f, ok := m.Media[slot]; ok {
			if files == nil {
				files = map[MediaSlot]MediaDrive{}
			}
			files[slot] = f
		}
	}
	return files
}

// BootsDirectly reports whether a guest is started with a kernel of its own, rather than with what firmware finds.
func (m Machine) BootsDirectly() bool { return m.Media[SlotKernel].Inserted() }

// MediaSource is what a host needs to fetch a medium.
type MediaSource struct {
	URL        string
	UserName   string // empty: none
	Password   string // never leaves the process in the clear
	Unverified bool   // the server's certificate is not verified
}

// Sealed is a secret that only those can read who have the key of this name (internal/keyring).
type Sealed struct {
	Key  string `json:"key"`
	Data []byte `json:"data"`
}

// Insertion is the input of OpInsertMedia.
type Insertion struct {
	SystemID   string    `json:"system"`
	Slot       MediaSlot `json:"slot"`
	URL        string    `json:"url"`
	UserName   string    `json:"user_name,omitempty"`
	Password   *Sealed   `json:"password,omitempty"` // see SecretLabel
	Unverified bool      `json:"unverified,omitempty"`
	Out        bool      `json:"out,omitempty"` // see Medium
}

// SecretLabel is what the password is bound to: sealed for one system and server, it opens for no other.
func (in Insertion) SecretLabel() string { return "medium\x00" + in.SystemID + "\x00" + in.URL }

// Medium is what the insertion puts into the drive, once a host has fetched it; task is the insertion's.
func (in Insertion) Medium(task string, facts ImageFacts) *Medium {
	return &Medium{ID: task, URL: in.URL, UserName: in.UserName, SHA256: facts.SHA256, SizeBytes: facts.SizeBytes, Out: in.Out}
}

// Insertion is what brings the drive's medium to another host. The password that it may have needed is kept nowhere.
func (d MediaDrive) Insertion(systemID string, slot MediaSlot) Insertion {
	return Insertion{SystemID: systemID, Slot: slot, URL: d.Medium.URL, UserName: d.Medium.UserName, Unverified: d.Unverified}
}

// Ejection is the input of OpEjectMedia.
type Ejection struct {
	SystemID string    `json:"system"`
	Slot     MediaSlot `json:"slot"`
}
