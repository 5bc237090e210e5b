package api_test

import "testing"

// A host's chassis says what it is, and what its sensors show; a system's has no sensors.
func TestHostSensors(t *testing.T) {
	t.Parallel()
	s := newService(t)
	const host = "/redfish/v1/Chassis/kvm1"
	for uri, want := range map[string]map[string]any{
		host: {
			"Manufacturer": "Example Corp", "Model": "R740", "SerialNumber": "ABC1234", "SKU": "08FF", "Sensors/@odata.id": host + "/Sensors",
		},
		host + "/Sensors":                         {"Members@odata.count": 3.0},
		host + "/Sensors/cpu-temp1":               {"Reading": 85.0, "ReadingType": "Temperature", "ReadingUnits": "Cel", "Status/Health": "Warning", "Thresholds/UpperCritical/Reading": 100.0},
		host + "/Sensors/board-fan1":              {"ReadingType": "Rotational", "Status/Health": "OK", "Thresholds": nil},
		host + "/EnvironmentMetrics":              {"PowerWatts/Reading": 123.5, "PowerWatts/DataSourceUri": host + "/Sensors/psu-power1"},
		host + "/ThermalSubsystem/ThermalMetrics": {"TemperatureReadingsCelsius/0/DeviceName": "CPU", "TemperatureReadingsCelsius@odata.count": 1.0},
		host + "/PowerSubsystem":                  {"Status/State": "Enabled"},
	} {
		doc, _ := s.must(200, viewer, "GET", uri, "")
		for path, value := range want {
			if got := reach(doc, path); got != value {
				t.Errorf("%s: %s is %v, want %v", uri, path, got, value)
			}
		}
	}
	id := s.provision("web1")
	if doc, _ := s.must(200, viewer, "GET", "/redfish/v1/Chassis/"+id, ""); doc["Sensors"] != nil || doc["ThermalSubsystem"] != nil {
		t.Errorf("a system's chassis: %v", doc)
	}
	s.must(404, viewer, "GET", "/redfish/v1/Chassis/"+id+"/Sensors", "")
	s.must(404, viewer, "GET", host+"/Sensors/nosuch", "")
}
