package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// bootView is ComputerSystem.Boot (DSP0268): what the system boots from next, which is not always what it has booted from.
type bootView struct {
	Enabled       schemas.BootSourceOverrideEnabled `json:"BootSourceOverrideEnabled"`
	EnabledValues []string                          `json:"BootSourceOverrideEnabled@Redfish.AllowableValues"`
	Target        schemas.BootSource                `json:"BootSourceOverrideTarget"`
	TargetValues  []schemas.BootSource              `json:"BootSourceOverrideTarget@Redfish.AllowableValues"`
	Mode          schemas.BootSourceOverrideMode    `json:"BootSourceOverrideMode"`
	ModeValues    []string                          `json:"BootSourceOverrideMode@Redfish.AllowableValues"`
	UEFI          *string                           `json:"UefiTargetBootSourceOverride"`
	Next          *string                           `json:"BootNext"`
	HTTPURI       *string                           `json:"HttpBootUri"`
	Order         []string                          `json:"BootOrder"`
	Options       *redfish.Link                     `json:"BootOptions,omitempty"`
}

func showBoot(to redfish.Links, s hawkfish.System) bootView {
	o := s.Machine.Boot.Override
	v := bootView{
		Enabled: schemas.BootSourceOverrideEnabledDisabled, EnabledValues: schemas.BootSourceOverrideEnabled("").Values(),
		Target: schemas.BootSourceNone, TargetValues: hawkfish.BootTargets(),
		Mode: s.Machine.Mode(), ModeValues: schemas.BootSourceOverrideMode("").Values(),
		UEFI: orNull(o.UEFI), Next: orNull(o.Next), HTTPURI: orNull(o.HTTPURI),
		Order: []string{}, Options: to.To("BootOptionCollection", s.ID),
	}
	if o.Active() {
		v.Enabled, v.Target = o.Enabled, o.Target
	}
	for _, option := range s.BootOrder() {
		v.Order = append(v.Order, option.Reference)
	}
	return v
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// bootPatch holds the writable properties of ComputerSystem.Boot; null says None, Disabled, or that there is no value.
type bootPatch struct {
	Enabled *schemas.BootSourceOverrideEnabled `json:"BootSourceOverrideEnabled" null:"clears"`
	Target  *bootTarget                        `json:"BootSourceOverrideTarget" null:"clears"`
	Mode    *schemas.BootSourceOverrideMode    `json:"BootSourceOverrideMode"`
	UEFI    *string                            `json:"UefiTargetBootSourceOverride" validate:"max=1024" null:"clears"`
	Next    *string                            `json:"BootNext" validate:"max=64" null:"clears"`
	HTTPURI *string                            `json:"HttpBootUri" validate:"max=2048" null:"clears"`
	Order   *[]string                          `json:"BootOrder" validate:"min=1,max=64"`
}

// bootTarget is what an override can name.
type bootTarget schemas.BootSource

// Values lists the targets, in the order of the standard.
func (bootTarget) Values() []string {
	var values []string
	for _, target := range hawkfish.BootTargets() {
		values = append(values, string(target))
	}
	return values
}

// apply changes s, whose host has these kinds of firmware.
func (p *bootPatch) apply(s *hawkfish.System, modes []schemas.BootSourceOverrideMode) error {
	if p == nil {
		return nil
	}
	change := hawkfish.BootChange{
		Enabled: p.Enabled, Target: (*schemas.BootSource)(p.Target), Mode: p.Mode,
		UEFI: p.UEFI, Next: p.Next, HTTPURI: p.HTTPURI, Order: p.Order,
	}
	return change.Apply(s, "/Boot", modes)
}

// defaultBootOrder is the action that gives a system the order again in which it was made.
func defaultBootOrder(c *control.Control) redfish.ActionOf[hawkfish.System] {
	return redfish.Do("SetDefaultBootOrder", func(ctx context.Context, req *redfish.Request, s hawkfish.System, _ struct{}) (redfish.Result, error) {
		_, err := c.ConfigureSystem(ctx, asked(req), s, 0, func(s *hawkfish.System) error {
			return hawkfish.BootChange{Order: new([]string)}.Apply(s, "", nil)
		})
		return redfish.Done(), err
	})
}
