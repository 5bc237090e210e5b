package api

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// excerptView is a sensor within another resource (DSP0266, "Resource excerpts").
type excerptView struct {
	DataSource string   `json:"DataSourceUri"`
	Reading    *float64 `json:"Reading"`
}

// environmentView is what a host takes from its surroundings (DSP0268, EnvironmentMetrics), as far as it has sensors for it.
type environmentView struct {
	ID    string       `json:"Id"`
	Name  string       `json:"Name"`
	Power *excerptView `json:"PowerWatts,omitempty"`
}

// thermalView and powerSubsystemView lead to what is measured of a host. Of what cools and feeds it nobody tells.
type thermalView struct {
	ID      string        `json:"Id"`
	Name    string        `json:"Name"`
	Metrics *redfish.Link `json:"ThermalMetrics"`
	Status  status        `json:"Status"`
}

type powerSubsystemView struct {
	ID     string `json:"Id"`
	Name   string `json:"Name"`
	Status status `json:"Status"`
}

type thermalMetricsView struct {
	ID           string              `json:"Id"`
	Name         string              `json:"Name"`
	Temperatures []deviceExcerptView `json:"TemperatureReadingsCelsius"`
	Count        int                 `json:"TemperatureReadingsCelsius@odata.count"`
}

type deviceExcerptView struct {
	excerptView
	Device string `json:"DeviceName"`
}

func excerpt(to redfish.Links, h hostState, s hawkfish.Sensor) excerptView {
	v := excerptView{DataSource: to.URI("Sensor", h.ID+"/"+s.ID)}
	if !h.silent {
		v.Reading = &s.Reading
	}
	return v
}

// partStatus is that of a part of a host that nobody can look into.
func partStatus(h hostState) status {
	if h.silent {
		return status{State: schemas.StateUnavailableOffline}
	}
	return working
}

// environment is what only hosts have; it changes by itself, and has no revision.
func environment(c *control.Control) []redfish.Resource {
	find := findHost(c)
	return []redfish.Resource{
		redfish.Define(redfish.Spec[environmentView, hostState]{
			Type: schemas.TypeEnvironmentMetrics, Path: hostChassisPath + "/EnvironmentMetrics", Load: find, Key: hostKey,
			Show: func(to redfish.Links, h hostState) environmentView {
				v := environmentView{ID: "EnvironmentMetrics", Name: "Environment of " + h.ID}
				// Power sensors overlap: one of them is the whole machine's only where there is one.
				var found []excerptView
				for _, s := range h.Facts.Sensors {
					if s.Kind == hawkfish.SensorPower {
						found = append(found, excerpt(to, h, s))
					}
				}
				if len(found) == 1 {
					v.Power = &found[0]
				}
				return v
			},
		}),
		redfish.Define(redfish.Spec[thermalView, hostState]{
			Type: schemas.TypeThermalSubsystem, Path: hostChassisPath + "/ThermalSubsystem", Load: find, Key: hostKey,
			Show: func(to redfish.Links, h hostState) thermalView {
				return thermalView{"ThermalSubsystem", "Cooling of " + h.ID, to.To("ThermalMetrics", h.ID), partStatus(h)}
			},
		}),
		redfish.Define(redfish.Spec[thermalMetricsView, hostState]{
			Type: schemas.TypeThermalMetrics, Path: hostChassisPath + "/ThermalSubsystem/ThermalMetrics", Load: find, Key: hostKey,
			Show: func(to redfish.Links, h hostState) thermalMetricsView {
				v := thermalMetricsView{ID: "ThermalMetrics", Name: "Temperatures of " + h.ID, Temperatures: []deviceExcerptView{}}
				for _, s := range h.Facts.Sensors {
					if s.Kind == hawkfish.SensorTemperature {
						v.Temperatures = append(v.Temperatures, deviceExcerptView{excerpt(to, h, s), s.Name})
					}
				}
				v.Count = len(v.Temperatures)
				return v
			},
		}),
		redfish.Define(redfish.Spec[powerSubsystemView, hostState]{
			Type: schemas.TypePowerSubsystem, Path: hostChassisPath + "/PowerSubsystem", Load: find, Key: hostKey,
			Show: func(_ redfish.Links, h hostState) powerSubsystemView {
				return powerSubsystemView{"PowerSubsystem", "Power of " + h.ID, partStatus(h)}
			},
		}),
	}
}
