package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// secureBootView is UEFI Secure Boot of a system (DSP0268, SecureBoot).
type secureBootView struct {
	ID          string                            `json:"Id"`
	Name        string                            `json:"Name"`
	Description string                            `json:"Description"`
	Enable      bool                              `json:"SecureBootEnable"`
	CurrentBoot schemas.SecureBootCurrentBootType `json:"SecureBootCurrentBoot"`
	Mode        schemas.SecureBootModeType        `json:"SecureBootMode"`
}

type secureBootPatch struct {
	Enable *bool `json:"SecureBootEnable"`
}

type resetKeys struct {
	Type schemas.ResetKeysType `json:"ResetKeysType" validate:"required"`
}

// resetsOfKeys are the resets of keys that there are, and whether they leave none. The firmware keeps all of its keys together,
// so that PK cannot be deleted alone.
var resetsOfKeys = map[schemas.ResetKeysType]bool{
	schemas.ResetKeysTypeResetAllKeysToDefault: false,
	schemas.ResetKeysTypeDeleteAllKeys:         true,
}

func secureBoot(c *control.Control) redfish.Resource {
	reset := redfish.Do("ResetKeys", func(ctx context.Context, req *redfish.Request, s hawkfish.System, p resetKeys) (redfish.Result, error) {
		_, err := c.ConfigureSystem(ctx, asked(req), s, req.Expects(s.Revision), func(s *hawkfish.System) error {
			s.Machine.SecureBootKeys = hawkfish.Keys{None: resetsOfKeys[p.Type], Resets: s.Machine.SecureBootKeys.Resets + 1}
			return nil
		})
		return redfish.Done(), err
	})
	return redfish.Define(redfish.Spec[secureBootView, hawkfish.System]{
		Type: schemas.TypeSecureBoot, Path: "/redfish/v1/Systems/{id}/SecureBoot", Load: findSystem(c), Key: systemKey,
		Project:  func(s hawkfish.System) string { return s.ProjectID },
		Revision: func(s hawkfish.System) int64 { return s.Revision },
		Show:     showSecureBoot,
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, s hawkfish.System, p secureBootPatch) (hawkfish.System, error) {
			if p.Enable == nil {
				return s, nil
			}
			return c.EnableSecureBoot(ctx, asked(req), s, req.Expects(s.Revision), *p.Enable)
		}),
		Actions: []redfish.ActionOf[hawkfish.System]{redfish.Allowing(reset, "ResetKeysType", func(hawkfish.System) []string {
			return []string{string(schemas.ResetKeysTypeResetAllKeysToDefault), string(schemas.ResetKeysTypeDeleteAllKeys)}
		})},
	})
}

func showSecureBoot(_ redfish.Links, s hawkfish.System) secureBootView {
	v := secureBootView{
		ID: "SecureBoot", Name: "UEFI Secure Boot", Description: "Whether the firmware starts only what is signed",
		Enable: s.Machine.SecureBoot, CurrentBoot: schemas.SecureBootCurrentBootTypeDisabled, Mode: schemas.SecureBootModeTypeSetupMode,
	}
	if now := s.Now().Machine; now.SecureBoot && !now.SecureBootKeys.None {
		v.Mode = schemas.SecureBootModeTypeUserMode
		if hawkfish.IsOn(s.Power) {
			v.CurrentBoot = schemas.SecureBootCurrentBootTypeEnabled
		}
	}
	return v
}
