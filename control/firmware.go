package control

import (
	"context"
	"hash/fnv"
	"maps"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/workflows/settings"
)

// ApplyTimes are when changed settings of the firmware can take effect, in the order of the standard.
var ApplyTimes = []schemas.ApplyTime{
	schemas.ApplyTimeImmediate, schemas.ApplyTimeOnReset,
	schemas.ApplyTimeAtMaintenanceWindowStart, schemas.ApplyTimeInMaintenanceWindowOnReset,
}

// Firmware is what a system's firmware is and will be set to.
type Firmware struct {
	hawkfish.System
	Waiting *settings.Change // for its maintenance window; nil: nothing waits
	waits   hawkfish.Task    // the task that waits
	Task    hawkfish.Task    // of a change that takes time; only from SetFirmware
}

// Wanted is the system as it will be when all that was asked for has taken effect.
func (f Firmware) Wanted() hawkfish.System {
	s := f.System
	if f.Waiting != nil {
		s.Machine = s.Machine.Clone()
		_ = hawkfish.SetBios(&s, f.Waiting.Values()) // it was checked when it was asked for
	}
	return s
}

// ResetPending reports whether the firmware will be reset to its defaults.
func (f Firmware) ResetPending() bool {
	now, wanted, pending := hawkfish.BiosOf(f.Now()), hawkfish.BiosOf(f.Wanted()), false
	for name, value := range hawkfish.BiosDefaults() {
		if wanted[name] != value {
			return false
		}
		pending = pending || now[name] != value
	}
	return pending
}

// AppliedAt is when the last change of settings took effect; zero: it has not yet, or there was none.
func (f Firmware) AppliedAt() time.Time {
	at := f.Machine.BiosSetAt
	switch {
	case at.IsZero() || f.Running != nil:
		return time.Time{}
	case f.LastReset.After(at):
		at = f.LastReset
	}
	return at.UTC().Truncate(time.Second)
}

// Revision changes with the system and with what waits.
func (f Firmware) Revision() int64 {
	if f.Waiting == nil {
		return f.System.Revision
	}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(f.waits.ID))
	return int64(sum.Sum64()>>8) + f.System.Revision
}

// FirmwareRequest asks for other settings.
type FirmwareRequest struct {
	Attributes map[string]any    // see hawkfish.BiosAttributes; each value is a valid one
	ApplyTime  schemas.ApplyTime // empty: OnReset
	Start      time.Time         // of the maintenance window
	Seconds    int               // of the maintenance window
}

// FirmwareOf looks up what waits for a system's maintenance window.
func (c *Control) FirmwareOf(ctx context.Context, s hawkfish.System) (Firmware, error) {
	f := Firmware{System: s}
	t, ok, err := c.TaskHolding(ctx, firmwareTarget(s))
	if err != nil || !ok || t.State == schemas.TaskStateCancelling {
		return f, err
	}
	change, err := settings.Decode(t.Input)
	if err != nil || change.Promoted(time.Now()) {
		return f, err
	}
	f.Waiting, f.waits = &change, t
	return f, nil
}

// SetFirmware changes settings. With Immediate a guest that runs is restarted for it, which is the task in the result; with a
// maintenance window the task keeps it. What is set replaces what waits for the same attributes.
func (c *Control) SetFirmware(ctx context.Context, asked Asked, f Firmware, revision int64, req FirmwareRequest) (Firmware, error) {
	setDefault(&req.ApplyTime, schemas.ApplyTimeOnReset)
	switch req.ApplyTime {
	case schemas.ApplyTimeAtMaintenanceWindowStart, schemas.ApplyTimeInMaintenanceWindowOnReset:
		return c.setFirmwareLater(ctx, asked, f, req)
	}
	if err := c.canSet(ctx, f, req.Attributes); err != nil {
		return f, err
	}
	s, err := c.ConfigureSystem(ctx, asked, f.System, revision, hawkfish.SettingBios(req.Attributes, time.Now()))
	if err != nil {
		return f, err
	}
	f.System = s
	if req.ApplyTime == schemas.ApplyTimeImmediate && s.Running != nil {
		f.Task, err = c.ResetSystem(ctx, asked, s, ResetRequest{ResetType: schemas.ResetTypeGracefulRestart})
	}
	return f, err
}

// setFirmwareLater opens a task that keeps a maintenance window. What waits already is part of it.
func (c *Control) setFirmwareLater(ctx context.Context, asked Asked, f Firmware, req FirmwareRequest) (Firmware, error) {
	if err := c.accepting(ctx); err != nil {
		return f, err
	}
	change := settings.Change{SystemID: f.ID, ApplyTime: req.ApplyTime, Start: req.Start.UTC(), Seconds: req.Seconds}
	if err := change.CheckWindow(time.Now()); err != nil {
		return f, err
	}
	all := map[string]any{}
	if f.Waiting != nil {
		maps.Copy(all, f.Waiting.Values())
	}
	maps.Copy(all, req.Attributes)
	change.Kept, change.Requester = all, asked.By.UserName
	for _, id := range []*string{&change.Follow.Configure, &change.Follow.Restart, &change.Follow.Retract} {
		*id = uuid.Must(uuid.NewV7()).String()
	}
	if err := c.canSet(ctx, f, all); err != nil {
		return f, err
	}
	t, err := newTask(asked, f.ProjectID, hawkfish.OpApplySettings, firmwareTarget(f.System), change)
	if err != nil {
		return f, err
	}
	opened, err := c.OpenTask(ctx, t)
	if err != nil {
		return f, err
	}
	if f.Waiting != nil {
		if _, err := c.CancelTask(ctx, asked, f.waits); err != nil && hawkfish.KindOf(err) != hawkfish.Conflict {
			return f, err
		}
	}
	f.Task, err = c.opened(opened, nil)
	return f, err
}

// EnableSecureBoot switches Secure Boot on or off, from the next boot on.
func (c *Control) EnableSecureBoot(ctx context.Context, asked Asked, s hawkfish.System, revision int64, enable bool) (hawkfish.System, error) {
	const property = "/SecureBootEnable"
	if enable {
		if s.Machine.Mode() != schemas.BootSourceOverrideModeUEFI {
			return s, hawkfish.Refused(property, "true", "Secure Boot needs the boot mode UEFI")
		}
		host, err := c.FindHost(ctx, s.HostID)
		if err != nil {
			return s, err
		}
		if !host.Facts.SecureBoot {
			return s, hawkfish.Refused(property, "true", "the system's host has no firmware with Secure Boot")
		}
	}
	return c.ConfigureSystem(ctx, asked, s, revision, func(s *hawkfish.System) error {
		s.Machine.SecureBoot = enable
		return nil
	})
}

// canSet tells what is wrong with new values of attributes, and which of them the system's host cannot bring about.
func (c *Control) canSet(ctx context.Context, f Firmware, values map[string]any) error {
	trial := f.System
	trial.Machine = f.Machine.Clone()
	if err := hawkfish.SetBios(&trial, values); err != nil || f.HostID == "" {
		return err
	}
	host, err := c.FindHost(ctx, f.HostID)
	if err != nil {
		return err
	}
	return host.Lacks(trial.Machine)
}

func firmwareTarget(s hawkfish.System) hawkfish.Target {
	return hawkfish.Target{Kind: hawkfish.TargetFirmware, ID: s.ID, Name: s.Name}
}
