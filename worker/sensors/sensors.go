// Package sensors reads the sensors of the machine that it runs on, as Linux shows them in /sys/class/hwmon. It knows no
// hypervisor, and makes nothing up: what the kernel does not show is not there.
package sensors

import (
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/projectbeskar/hawkfish"
)

// kind is a row of files of one kind: temp1_input, temp2_input, ... (Linux, Documentation/hwmon/sysfs-interface.rst).
type kind struct {
	prefix string
	is     hawkfish.SensorKind
	per    float64 // what the files count, of the kind's unit
}

var kinds = []kind{
	{"temp", hawkfish.SensorTemperature, 1e3},
	{"fan", hawkfish.SensorFan, 1},
	{"power", hawkfish.SensorPower, 1e6},
	{"in", hawkfish.SensorVoltage, 1e3},
	{"curr", hawkfish.SensorCurrent, 1e3},
}

// most is how many sensors are read: some boards show hundreds that are not connected.
const most = 128

// Read reads the sensors below sys, which is /sys. A sensor that cannot be read now is left out.
func Read(sys fs.FS) []hawkfish.Sensor {
	devices, err := fs.Glob(sys, "class/hwmon/hwmon*")
	if err != nil {
		return nil
	}
	slices.SortFunc(devices, func(a, b string) int { return number(a) - number(b) })
	var all []hawkfish.Sensor
	named := map[string]int{}
	for _, device := range devices {
		name := word(sys, path.Join(device, "name"))
		if name == "" {
			continue
		}
		named[name]++
		if n := named[name]; n > 1 {
			name += strconv.Itoa(n)
		}
		for _, k := range kinds {
			all = append(all, k.read(sys, device, name)...)
		}
	}
	return all[:min(len(all), most)]
}

func (k kind) read(sys fs.FS, device, name string) (found []hawkfish.Sensor) {
	inputs, err := fs.Glob(sys, path.Join(device, k.prefix+"[0-9]*_input"))
	if err != nil {
		return nil
	}
	slices.SortFunc(inputs, func(a, b string) int { return number(a) - number(b) })
	for _, input := range inputs {
		file := strings.TrimSuffix(input, "_input")
		reading, ok := k.value(sys, input)
		if fault, broken := k.value(sys, file+"_fault"); !ok || broken && fault != 0 {
			continue
		}
		s := hawkfish.Sensor{ID: name + "-" + path.Base(file), Name: name + " " + path.Base(file), Kind: k.is, Reading: reading}
		if label := word(sys, file+"_label"); label != "" {
			s.Name = name + " " + label
		}
		s.Caution, _ = k.value(sys, file+"_max")
		s.Critical, _ = k.value(sys, file+"_crit")
		found = append(found, s)
	}
	return found
}

// value reads a file that holds one whole number.
func (k kind) value(sys fs.FS, file string) (float64, bool) {
	n, err := strconv.ParseInt(word(sys, file), 10, 64)
	return math.Round(float64(n)/k.per*1000) / 1000, err == nil
}

// word reads a short text, and keeps of it what may stand in an Id.
func word(sys fs.FS, file string) string {
	text, err := fs.ReadFile(sys, file)
	if err != nil || len(text) > 256 {
		return ""
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < 0x80 && (r == ' ' || r == '.' || r == '_' || r == '-' || unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, string(text)))
}

// number is the first number in a file's name; files are in its order.
func number(file string) (n int) {
	name := strings.TrimLeft(path.Base(file), "abcdefghijklmnopqrstuvwxyz")
	_, _ = fmt.Sscanf(name, "%d", &n)
	return n
}
