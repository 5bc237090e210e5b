package api

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// biosView is what the firmware of a system's guest is set to (DSP0268, Bios).
type biosView struct {
	ID           string         `json:"Id"`
	Name         string         `json:"Name"`
	Description  string         `json:"Description"`
	Registry     string         `json:"AttributeRegistry"`
	Attributes   map[string]any `json:"Attributes"`
	ResetPending bool           `json:"ResetBiosToDefaultsPending"`
	Settings     settingsView   `json:"@Redfish.Settings"`
}

// settingsView says where settings are changed, and what has become of the last change (DSP0268, Settings).
type settingsView struct {
	Type     string              `json:"@odata.type"`
	Object   redfish.Link        `json:"SettingsObject"`
	Times    []schemas.ApplyTime `json:"SupportedApplyTimes"`
	Time     *time.Time          `json:"Time,omitempty"`
	Messages []redfish.Info      `json:"Messages,omitempty"`
}

// biosSettingsView is what the firmware will be set to.
type biosSettingsView struct {
	ID          string         `json:"Id"`
	Name        string         `json:"Name"`
	Description string         `json:"Description"`
	Registry    string         `json:"AttributeRegistry"`
	Attributes  map[string]any `json:"Attributes"`
	ApplyTime   *applyTimeView `json:"@Redfish.SettingsApplyTime,omitempty"`
}

type applyTimeView struct {
	Type      string            `json:"@odata.type"`
	Supported []string          `json:"ApplyTime@Redfish.AllowableValues"`
	ApplyTime schemas.ApplyTime `json:"ApplyTime"`
	Start     *time.Time        `json:"MaintenanceWindowStartTime,omitempty"`
	Seconds   int               `json:"MaintenanceWindowDurationInSeconds,omitempty"`
}

// biosPatch is a change of settings, and when it shall take effect.
type biosPatch struct {
	Attributes map[string]json.RawMessage `json:"Attributes"`
	ApplyTime  *applyTimePatch            `json:"@Redfish.SettingsApplyTime"`
}

type applyTimePatch struct {
	ApplyTime biosApplyTime `json:"ApplyTime" validate:"required"`
	Start     *string       `json:"MaintenanceWindowStartTime" validate:"datetime=2006-01-02T15:04:05Z07:00"`
	Seconds   *int          `json:"MaintenanceWindowDurationInSeconds" validate:"min=1,max=2592000"`
}

// biosApplyTime is when settings of the firmware may take effect.
type biosApplyTime schemas.ApplyTime

// Values lists the times, in the order of the standard.
func (biosApplyTime) Values() []string {
	var names []string
	for _, t := range control.ApplyTimes {
		names = append(names, string(t))
	}
	return names
}

func bios(c *control.Control) []redfish.Resource {
	load := func(ctx context.Context, req *redfish.Request) (control.Firmware, error) {
		s, err := findSystem(c)(ctx, req)
		if err != nil {
			return control.Firmware{}, err
		}
		return c.FirmwareOf(ctx, s)
	}
	key := func(f control.Firmware) string { return f.ID }
	project := func(f control.Firmware) string { return f.ProjectID }

	reset := redfish.Do("ResetBios", func(ctx context.Context, req *redfish.Request, f control.Firmware, _ struct{}) (redfish.Result, error) {
		_, err := c.SetFirmware(ctx, asked(req), f, req.Expects(f.System.Revision), control.FirmwareRequest{Attributes: hawkfish.BiosDefaults()})
		return redfish.Done(), err
	})
	current := redfish.Define(redfish.Spec[biosView, control.Firmware]{
		Type: schemas.TypeBios, Path: "/redfish/v1/Systems/{id}/Bios", Load: load, Key: key, Project: project,
		Revision: control.Firmware.Revision, Show: showBios,
		Actions: []redfish.ActionOf[control.Firmware]{reset},
	})
	pending := redfish.Define(redfish.Spec[biosSettingsView, control.Firmware]{
		Type: schemas.TypeBios, Name: "BiosSettings", Path: "/redfish/v1/Systems/{id}/Bios/Settings", Load: load, Key: key, Project: project,
		Revision: control.Firmware.Revision, Show: showBiosSettings,
		Patch: redfish.WritableBy(func(ctx context.Context, req *redfish.Request, f control.Firmware, p biosPatch) (redfish.Result, error) {
			wish, err := p.request()
			if err != nil {
				return redfish.Result{}, err
			}
			after, err := c.SetFirmware(ctx, asked(req), f, req.Expects(f.System.Revision), wish)
			if err != nil || after.Task.ID == "" {
				return redfish.Found("BiosSettings", after), err
			}
			return accepted(after.Task, nil)
		}),
	})
	return []redfish.Resource{current, pending, secureBoot(c)}
}

func showBios(to redfish.Links, f control.Firmware) biosView {
	v := biosView{
		ID: "Bios", Name: "BIOS", Description: "What the firmware is set to",
		Registry: biosRegistryID, Attributes: hawkfish.BiosOf(f.Now()), ResetPending: f.ResetPending(),
		Settings: settingsView{
			Type: schemas.TypeSettings, Object: *to.To("BiosSettings", f.ID), Times: control.ApplyTimes,
		},
	}
	if at := f.AppliedAt(); !at.IsZero() {
		v.Settings.Time, v.Settings.Messages = &at, []redfish.Info{redfish.NewInfo(schemas.HawkFishBiosSettingsApplied(f.Name))}
	}
	return v
}

func showBiosSettings(_ redfish.Links, f control.Firmware) biosSettingsView {
	v := biosSettingsView{
		ID: "Settings", Name: "BIOS settings", Description: "What the firmware will be set to",
		Registry: biosRegistryID, Attributes: hawkfish.BiosOf(f.Wanted()),
	}
	if w := f.Waiting; w != nil {
		v.ApplyTime = &applyTimeView{
			Type: preferredApplyTime, Supported: biosApplyTime("").Values(),
			ApplyTime: w.ApplyTime, Start: &w.Start, Seconds: w.Seconds,
		}
	}
	return v
}

const preferredApplyTime = "#Settings.v1_5_0.PreferredApplyTime"

// request checks the values of attributes one by one.
func (p biosPatch) request() (control.FirmwareRequest, error) {
	wish := control.FirmwareRequest{Attributes: map[string]any{}}
	var faults redfish.Rejected
	for _, name := range slices.Sorted(maps.Keys(p.Attributes)) {
		value, fault := parseBios(name, p.Attributes[name])
		if fault != nil {
			faults = append(faults, fault.At("/Attributes/"+name))
			continue
		}
		wish.Attributes[name] = value
	}
	if t := p.ApplyTime; t != nil {
		wish.ApplyTime = schemas.ApplyTime(t.ApplyTime)
		if t.Start != nil {
			wish.Start, _ = time.Parse(time.RFC3339, *t.Start) // its format has been checked
		}
		if t.Seconds != nil {
			wish.Seconds = *t.Seconds
		}
	}
	if faults != nil {
		return wish, faults
	}
	return wish, nil
}

// parseBios reads one attribute's value as the registry has it.
func parseBios(name string, raw json.RawMessage) (any, *schemas.Message) {
	property, shown := "Attributes/"+name, string(raw)
	fault := func(m schemas.Message) (any, *schemas.Message) { return nil, &m }
	a, known := hawkfish.FindBiosAttribute(name)
	switch {
	case !known:
		return fault(schemas.PropertyUnknown(property))
	case a.Set == nil:
		return fault(schemas.PropertyNotWritable(property))
	}
	if a.Type == schemas.AttributeTypeInteger {
		var n int
		if json.Unmarshal(raw, &n) != nil {
			return fault(schemas.PropertyValueTypeError(shown, property))
		}
		if n < a.Least || n > a.Most {
			return fault(schemas.PropertyValueOutOfRange(shown, property))
		}
		return n, nil
	}
	var text string
	if string(raw) == "null" || json.Unmarshal(raw, &text) != nil {
		return fault(schemas.PropertyValueTypeError(shown, property))
	}
	if !slices.ContainsFunc(a.Values, func(v hawkfish.BiosValue) bool { return v.Name == text }) {
		return fault(schemas.PropertyValueNotInList(shown, property))
	}
	return text, nil
}
