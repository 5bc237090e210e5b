package api

import (
	"context"
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// sensorView is one of a host's sensors (DSP0268, Sensor). Systems have none: what they imitate is not warm.
type sensorView struct {
	ID          string              `json:"Id"`
	Name        string              `json:"Name"`
	ReadingType schemas.ReadingType `json:"ReadingType"`
	Units       string              `json:"ReadingUnits"`
	Reading     *float64            `json:"Reading"` // null: the host is silent
	ReadingTime *time.Time          `json:"ReadingTime,omitempty"`
	Thresholds  *thresholds         `json:"Thresholds,omitempty"`
	Status      status              `json:"Status"`
}

type thresholds struct {
	Caution  *threshold `json:"UpperCaution,omitempty"`
	Critical *threshold `json:"UpperCritical,omitempty"`
}

type threshold struct {
	Reading float64 `json:"Reading"`
}

// measures says what each kind of sensor is in Redfish, and in which unit (UCUM).
var measures = map[hawkfish.SensorKind]struct {
	reading schemas.ReadingType
	units   string
}{
	hawkfish.SensorTemperature: {schemas.ReadingTypeTemperature, "Cel"},
	hawkfish.SensorFan:         {schemas.ReadingTypeRotational, "{rev}/min"},
	hawkfish.SensorPower:       {schemas.ReadingTypePower, "W"},
	hawkfish.SensorVoltage:     {schemas.ReadingTypeVoltage, "V"},
	hawkfish.SensorCurrent:     {schemas.ReadingTypeCurrent, "A"},
}

// sensorState is a sensor and the host that has told of it.
type sensorState struct {
	host hostState
	hawkfish.Sensor
}

const hostChassisPath = "/redfish/v1/Chassis/{id}"

// findHost finds the host whose chassis a URI names; those of systems have no sensors.
func findHost(c *control.Control) func(context.Context, *redfish.Request) (hostState, error) {
	return func(ctx context.Context, req *redfish.Request) (hostState, error) {
		h, err := c.FindHost(ctx, req.Var("id"))
		return hostAsSeen(h), err
	}
}

func hostKey(h hostState) string { return h.ID }

func hostSensors(c *control.Control) []redfish.Resource {
	find := findHost(c)
	key := func(h hostState, s hawkfish.Sensor) string { return h.ID + "/" + s.ID }
	collection := redfish.Collection(redfish.CollectionSpec{
		Type: schemas.TypeSensorCollection, Title: "Sensors", Path: hostChassisPath + "/Sensors", Of: "Sensor",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			h, err := find(ctx, req)
			keys := redfish.Keys(h.Facts.Sensors, func(s hawkfish.Sensor) string { return key(h, s) })
			return redfish.Slice(keys, page), len(keys), err
		},
	})
	one := redfish.Define(redfish.Spec[sensorView, sensorState]{
		Type: schemas.TypeSensor, Path: hostChassisPath + "/Sensors/{sensor}",
		Load: func(ctx context.Context, req *redfish.Request) (sensorState, error) {
			h, err := find(ctx, req)
			if err != nil {
				return sensorState{}, err
			}
			n := slices.IndexFunc(h.Facts.Sensors, func(s hawkfish.Sensor) bool { return s.ID == req.Var("sensor") })
			if n < 0 {
				return sensorState{}, hawkfish.Missing("Sensor", req.Var("sensor"))
			}
			return sensorState{h, h.Facts.Sensors[n]}, nil
		},
		Key:  func(s sensorState) string { return key(s.host, s.Sensor) },
		Show: showSensor,
	})
	return append([]redfish.Resource{collection, one}, environment(c)...)
}

func showSensor(_ redfish.Links, s sensorState) sensorView {
	measure := measures[s.Kind]
	v := sensorView{ID: s.ID, Name: s.Name, ReadingType: measure.reading, Units: measure.units, Status: statusOfSensor(s)}
	if !s.host.silent {
		at := s.host.SeenAt.UTC().Truncate(time.Second)
		v.Reading, v.ReadingTime = &s.Reading, &at
	}
	limit := func(at float64) *threshold {
		if at == 0 {
			return nil
		}
		return &threshold{at}
	}
	if s.Caution != 0 || s.Critical != 0 {
		v.Thresholds = &thresholds{limit(s.Caution), limit(s.Critical)}
	}
	return v
}

// statusOfSensor is as well as the reading is below what the sensor says is too much.
func statusOfSensor(s sensorState) status {
	switch {
	case s.host.silent:
		return status{schemas.StateUnavailableOffline, ""}
	case s.Critical != 0 && s.Reading >= s.Critical:
		return status{schemas.StateEnabled, schemas.HealthCritical}
	case s.Caution != 0 && s.Reading >= s.Caution:
		return status{schemas.StateEnabled, schemas.HealthWarning}
	}
	return working
}
