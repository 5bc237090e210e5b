package sensors_test

import (
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/worker/sensors"
)

func sys(files map[string]string) fstest.MapFS {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree["class/hwmon/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return tree
}

// What is read is what Linux says, in Redfish's units; what is broken or not there is left out.
func TestRead(t *testing.T) {
	t.Parallel()
	got := sensors.Read(sys(map[string]string{
		"hwmon0/name": "coretemp\n", "hwmon0/temp1_input": "47500\n", "hwmon0/temp1_label": "Package id 0\n",
		"hwmon0/temp1_max": "80000\n", "hwmon0/temp1_crit": "100000\n",
		"hwmon0/temp2_input": "46000\n", "hwmon0/temp10_input": "45000\n",
		"hwmon1/name": "coretemp\n", "hwmon1/temp1_input": "-5000\n",
		"hwmon2/name": "nct6775\n", "hwmon2/fan1_input": "1200\n", "hwmon2/fan2_input": "0\n", "hwmon2/fan2_fault": "1\n",
		"hwmon2/in0_input": "1088\n", "hwmon2/in1_input": "nonsense\n",
		"hwmon10/name": "power_meter\n", "hwmon10/power1_input": "123456789\n",
		"hwmon11/temp1_input": "1000\n",
	}))
	want := []hawkfish.Sensor{
		{ID: "coretemp-temp1", Name: "coretemp Package id 0", Kind: hawkfish.SensorTemperature, Reading: 47.5, Caution: 80, Critical: 100},
		{ID: "coretemp-temp2", Name: "coretemp temp2", Kind: hawkfish.SensorTemperature, Reading: 46},
		{ID: "coretemp-temp10", Name: "coretemp temp10", Kind: hawkfish.SensorTemperature, Reading: 45},
		{ID: "coretemp2-temp1", Name: "coretemp2 temp1", Kind: hawkfish.SensorTemperature, Reading: -5},
		{ID: "nct6775-fan1", Name: "nct6775 fan1", Kind: hawkfish.SensorFan, Reading: 1200},
		{ID: "nct6775-in0", Name: "nct6775 in0", Kind: hawkfish.SensorVoltage, Reading: 1.088},
		{ID: "power_meter-power1", Name: "power_meter power1", Kind: hawkfish.SensorPower, Reading: 123.457},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// A machine without sensors has none.
func TestReadNothing(t *testing.T) {
	t.Parallel()
	if got := sensors.Read(sys(nil)); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}
