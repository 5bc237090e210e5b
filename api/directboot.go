package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// directBootView is how a system boots without its firmware's choice: with a kernel of its own or, over the network, by a script of its own.
type directBootView struct {
	Kernel      *bootFileView `json:"Kernel,omitempty"`
	Initrd      *bootFileView `json:"Initrd,omitempty"`
	CommandLine string        `json:"CommandLine,omitempty"`
	IPXEScript  string        `json:"IPXEScript,omitempty"`
}

type bootFileView struct {
	Image     string `json:"Image"`
	SHA256    string `json:"SHA256"`
	SizeBytes int64  `json:"SizeBytes"`
}

func showDirectBoot(m hawkfish.Machine) *directBootView {
	v := directBootView{CommandLine: m.CommandLine, IPXEScript: m.IPXEScript}
	for slot, into := range map[hawkfish.MediaSlot]**bootFileView{hawkfish.SlotKernel: &v.Kernel, hawkfish.SlotInitrd: &v.Initrd} {
		if f := m.Media[slot].Medium; f != nil {
			*into = &bootFileView{f.URL, f.SHA256, f.SizeBytes}
		}
	}
	if v == (directBootView{}) {
		return nil
	}
	return &v
}

// directBootPatch is what of it is written at once; the files are fetched by tasks.
type directBootPatch struct {
	CommandLine *string `json:"CommandLine" validate:"max=2047" null:"clears"`
	IPXEScript  *string `json:"IPXEScript" validate:"max=65536" null:"clears"`
}

const directBootAt = "/Oem/HawkFish/DirectBoot"

func (p *directBootPatch) apply(s *hawkfish.System) error {
	if p == nil {
		return nil
	}
	return control.DirectBoot{CommandLine: p.CommandLine, IPXEScript: p.IPXEScript}.Apply(s, directBootAt)
}

// bootFile names a file of a direct boot.
type bootFile hawkfish.MediaSlot

// Values lists the files.
func (bootFile) Values() []string {
	return []string{string(hawkfish.SlotKernel), string(hawkfish.SlotInitrd)}
}

type insertBootFile struct {
	File              bootFile `json:"File" validate:"required"`
	Image             string   `json:"Image" validate:"required,min=1,max=2048"`
	UserName          *string  `json:"UserName" validate:"max=255" null:"clears"`
	Password          *string  `json:"Password" validate:"max=255" secret:"true" null:"clears"`
	VerifyCertificate *bool    `json:"VerifyCertificate" null:"clears"`
}

type ejectBootFile struct {
	File bootFile `json:"File" validate:"required"`
}

// directBootActions put files of a direct boot in place, and take them away. They count from the next start on.
func directBootActions(c *control.Control) []redfish.ActionOf[hawkfish.System] {
	return []redfish.ActionOf[hawkfish.System]{
		redfish.Do("Oem/HawkFishComputerSystem.InsertBootFile", func(ctx context.Context, req *redfish.Request, s hawkfish.System, p insertBootFile) (redfish.Result, error) {
			return accepted(c.InsertBootFile(ctx, asked(req), s, hawkfish.MediaSlot(p.File), control.InsertRequest{
				Image: p.Image, UserName: deref(p.UserName), Password: deref(p.Password), VerifyCertificate: p.VerifyCertificate,
			}))
		}),
		redfish.Do("Oem/HawkFishComputerSystem.EjectBootFile", func(ctx context.Context, req *redfish.Request, s hawkfish.System, p ejectBootFile) (redfish.Result, error) {
			return accepted(c.EjectMedia(ctx, asked(req), s, hawkfish.MediaSlot(p.File)))
		}),
	}
}
