package durability

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
)

// model is a second account of what becomes of a system, much simpler than HawkFish's own: what it must be when all that
// was asked for has been done in turn.
type model struct {
	power  string // Off, On or Paused
	asleep bool   // its memory has been saved
	boots  int    // since it was last started from off
	source string // what the last of them was from

	once, always string            // what boots are from instead; empty: nothing
	discs        map[string]string // by drive
	wanted, has  map[string]string // settings of its firmware: as they are to be, and as the guest was booted with
	tag          string
}

// effects says what resets do to a guest, by its power: s starts it from off, r resets it, o switches it off, z puts it
// to sleep, p pauses it, w lets it go on. What is missing makes no sense.
var effects = map[string]map[string]string{
	"On":               {"Off": "s", "On": "", "Paused": "w"},
	"ForceOn":          {"Off": "s", "On": "", "Paused": "w"},
	"ForceOff":         {"Off": "o", "On": "o", "Paused": "o"},
	"ForceRestart":     {"Off": "s", "On": "r", "Paused": "rw"},
	"PowerCycle":       {"Off": "s", "On": "os", "Paused": "os"},
	"GracefulShutdown": {"Off": "", "On": "o", "Paused": "wo"},
	"GracefulRestart":  {"Off": "s", "On": "os", "Paused": "wos"},
	"PushPowerButton":  {"Off": "s", "On": "o", "Paused": "w"},
	"Nmi":              {"On": "", "Paused": ""},
	"Pause":            {"On": "p", "Paused": ""},
	"Resume":           {"On": "", "Paused": "w"},
	"Suspend":          {"Off": "", "On": "z", "Paused": "z"},
}

// settings are those that are changed, with their values; the first is the default.
var settings = map[string][]string{
	"SystemClock": {"Utc", "Local"}, "Watchdog": {"Disabled", "Reset", "PowerOff"}, "PrimaryBootDevice": {"Hdd", "Cd"},
}

// newModel is a system that has just been provisioned.
func newModel() model {
	m := model{power: "Off", discs: map[string]string{}, wanted: map[string]string{}}
	for name, values := range settings {
		m.wanted[name] = values[0]
	}
	m.reset("On")
	return m
}

func (m *model) clone() model {
	c := *m
	c.discs, c.wanted, c.has = maps.Clone(m.discs), maps.Clone(m.wanted), maps.Clone(m.has)
	return c
}

func (m *model) reset(kind string) {
	for _, effect := range effects[kind][m.power] {
		switch effect {
		case 's':
			if !m.asleep {
				m.boots = 0
				m.boot()
			}
			m.power, m.asleep = "On", false
		case 'r':
			m.boot()
		case 'o':
			m.power, m.asleep = "Off", false
		case 'z':
			m.power, m.asleep = "Off", true
		case 'p':
			m.power = "Paused"
		case 'w':
			m.power = "On"
		}
	}
}

func (m *model) boot() {
	m.boots++
	m.has = maps.Clone(m.wanted)
	switch {
	case m.once != "":
		m.source, m.once = m.once, ""
	case m.always != "":
		m.source = m.always
	default:
		m.source = m.wanted["PrimaryBootDevice"]
	}
}

// firmware is what the firmware's settings show.
func (m *model) firmware() map[string]string {
	if m.power == "Off" && !m.asleep {
		return m.wanted
	}
	return m.has
}

// override is what Redfish shows of the boot override.
func (m *model) override() (enabled, target string) {
	switch {
	case m.once != "":
		return "Once", m.once
	case m.always != "":
		return "Continuous", m.always
	}
	return "Disabled", "None"
}

// wish is one thing that is asked of a system.
type wish struct {
	method, path string // below the system's URI
	body         any
	status       int // of the answer; 202 comes with a task, which succeeds
	// vain: while another task goes on, it is accepted, and its task fails.
	vain bool
	// quiet: all that was asked for before must have been done, for what comes of it depends on that.
	quiet bool
	then  model // what the system must be in the end, if nothing else is asked for
}

func (w wish) String() string {
	return fmt.Sprintf("%s %s %v -> %d", w.method, w.path, w.body, w.status)
}

// means are what a fleet's systems can be asked for.
type means struct {
	sources []string // of boots
	discs   []string // URLs
	sleep   bool     // suspend to disk
}

// wish makes up what is asked for next, and changes the model accordingly.
func (m *model) wish(r *rand.Rand, of means) wish {
	kinds := []func(*rand.Rand, means) wish{m.wishReset, m.wishReset, m.wishReset, m.wishOverride, m.wishInsert, m.wishEject, m.wishSettings, m.wishTag}
	w := pick(r, kinds)(r, of)
	w.then = m.clone()
	return w
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

func patch(path string, body any) wish {
	return wish{method: http.MethodPatch, path: path, body: body, status: http.StatusOK, quiet: true}
}

func action(path string, body any) wish {
	return wish{method: http.MethodPost, path: path, body: body, status: http.StatusAccepted}
}

func (m *model) wishReset(r *rand.Rand, of means) wish {
	kinds := slices.DeleteFunc(slices.Sorted(maps.Keys(effects)), func(kind string) bool {
		_, sense := effects[kind][m.power]
		return !sense || kind == "Suspend" && !of.sleep
	})
	kind, consumes := pick(r, kinds), m.once
	m.reset(kind)
	w := action("/Actions/ComputerSystem.Reset", map[string]any{"ResetType": kind})
	// ForceOff goes before what waits, some are refused where they make no sense now, and a boot that is to be once is looked at.
	w.quiet = slices.Contains([]string{"ForceOff", "Nmi", "Pause", "Resume", "Suspend"}, kind) || consumes != m.once
	return w
}

func (m *model) wishOverride(r *rand.Rand, of means) wish {
	enabled, target := pick(r, []string{"Once", "Once", "Once", "Continuous", "Disabled"}), pick(r, of.sources)
	m.once, m.always = "", ""
	switch enabled {
	case "Once":
		m.once = target
	case "Continuous":
		m.always = target
	default:
		target = "None"
	}
	return patch("", map[string]any{"Boot": map[string]any{"BootSourceOverrideEnabled": enabled, "BootSourceOverrideTarget": target}})
}

var drives = []string{"Cd", "Usb"}

func (m *model) wishInsert(r *rand.Rand, of means) wish {
	drive, disc := pick(r, drives), pick(r, of.discs)
	w := action("/VirtualMedia/"+drive+"/Actions/VirtualMedia.InsertMedia", map[string]any{"Image": disc})
	if there := m.discs[drive]; there != "" && there != disc {
		w.status, w.quiet, w.vain = http.StatusConflict, true, true
		return w
	}
	m.discs[drive] = disc
	return w
}

func (m *model) wishEject(r *rand.Rand, _ means) wish {
	drive := pick(r, drives)
	delete(m.discs, drive)
	return action("/VirtualMedia/"+drive+"/Actions/VirtualMedia.EjectMedia", nil)
}

func (m *model) wishSettings(r *rand.Rand, _ means) wish {
	name := pick(r, slices.Sorted(maps.Keys(settings)))
	value := pick(r, settings[name])
	m.wanted[name] = value
	body := map[string]any{"Attributes": map[string]any{name: value}}
	if m.power == "On" && value != m.has[name] && r.IntN(2) == 0 { // at once: the guest is restarted for it
		body["@Redfish.SettingsApplyTime"] = map[string]any{"@odata.type": "#Settings.v1_5_0.PreferredApplyTime", "ApplyTime": "Immediate"}
		m.reset("GracefulRestart")
		w := patch("/Bios/Settings", body)
		w.status = http.StatusAccepted
		return w
	}
	return patch("/Bios/Settings", body)
}

func (m *model) wishTag(r *rand.Rand, _ means) wish {
	m.tag = fmt.Sprintf("rack %d", r.IntN(100))
	return patch("", map[string]any{"AssetTag": m.tag})
}
