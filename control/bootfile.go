package control

import (
	"context"
	"strings"

	"github.com/projectbeskar/hawkfish"
)

// maxCommandLine is how long a kernel's command line may be, in bytes (COMMAND_LINE_SIZE of x86 Linux, its end included).
const maxCommandLine = 2047

// InsertBootFile opens a task that fetches a file of a system's direct boot: as InsertMedia, which is never a Conflict here: the file takes the
// place of what is there. Unsupported for an adopted system.
func (c *Control) InsertBootFile(ctx context.Context, asked Asked, s hawkfish.System, slot hawkfish.MediaSlot, req InsertRequest) (hawkfish.Task, error) {
	if s.Machine.Adopted != nil {
		return hawkfish.Task{}, &hawkfish.Error{Kind: hawkfish.Unsupported, Resource: "ComputerSystem", ID: s.ID, Message: "an adopted system is booted as it came"}
	}
	return c.InsertMedia(ctx, asked, s, slot, req)
}

// DirectBoot is what of a direct boot is no file; nil: it stays.
type DirectBoot struct {
	CommandLine *string // of the kernel
	IPXEScript  *string
}

// Apply changes a system. Everything wrong with it is in the error; at is the property it stands in.
func (d DirectBoot) Apply(s *hawkfish.System, at string) error {
	if d.CommandLine != nil {
		if len(*d.CommandLine) > maxCommandLine || strings.ContainsFunc(*d.CommandLine, func(r rune) bool { return r < ' ' }) {
			return hawkfish.Refused(at+"/CommandLine", "", "it must be one line of at most 2047 bytes")
		}
		s.Machine.CommandLine = *d.CommandLine
	}
	if d.IPXEScript != nil {
		if *d.IPXEScript != "" && !strings.HasPrefix(*d.IPXEScript, "#!ipxe") {
			return hawkfish.Refused(at+"/IPXEScript", "", "a script begins with #!ipxe")
		}
		s.Machine.IPXEScript = *d.IPXEScript
	}
	return nil
}
