package config

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
)

// Fault is one thing that is wrong with what was set.
type Fault struct {
	Where string // the key as it was written: a variable's name, or "key in file"
	Why   string
}

func (f *Fault) Error() string { return f.Where + ": " + f.Why }

// Load reads the file, if any, and the variables over it. environ is as of
// os.Environ; an empty variable counts as unset. file overrides HAWKFISH_CONFIG. The error joins a
// *Fault for everything that is wrong.
func Load(path string, environ []string) (Config, error) {
	in, err := gather(path, environ)
	if err != nil {
		return Config{}, err
	}
	var cfg Config
	keys := Describe()
	faults := in.unknown(keys)
	readable := true
	for _, key := range keys {
		if !in.Exists(key.Name) {
			continue
		}
		if err := decode(in.Get(key.Name), reflect.ValueOf(&cfg).Elem().FieldByIndex(key.index)); err != nil {
			faults = append(faults, &Fault{in.where(key.Name), err.Error()})
			readable = false
		}
	}
	if readable { // the rules would only repeat that what could not be decoded is missing
		faults = append(faults, in.check(cfg)...)
	}
	return cfg, errors.Join(faults...)
}

// input is what was set, and where.
type input struct {
	*koanf.Koanf
	path      string
	variables []string // keys that the environment has
	inFile    []string // keys that the file has
}

// delimiter is in no key: the file is flat.
const delimiter = "\x00"

func gather(path string, environ []string) (*input, error) {
	in := &input{Koanf: koanf.New(delimiter), path: path}
	variables := env.Provider("", env.Opt{
		Prefix:      Prefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			switch {
			case value == "":
				return "", nil
			case name == FileVariable:
				in.path = cmp.Or(path, value)
				return "", nil
			}
			key := strings.ToLower(strings.TrimPrefix(name, Prefix))
			in.variables = append(in.variables, key)
			return key, value
		},
	})
	set, err := variables.Read()
	if err != nil {
		return nil, err
	}
	defaults := map[string]any{}
	for _, key := range Describe() {
		if key.Default != "" {
			defaults[key.Name] = key.Default
		}
	}
	if err := in.Load(confmap.Provider(defaults, ""), nil); err != nil {
		return nil, err
	}
	if in.path != "" {
		written := koanf.New(delimiter)
		if err := written.Load(file.Provider(in.path), yaml.Parser()); err != nil {
			return nil, &Fault{in.path, err.Error()}
		}
		in.inFile = written.Keys()
		if err := in.Merge(written); err != nil {
			return nil, err
		}
	}
	return in, in.Load(confmap.Provider(set, ""), nil)
}

// where says how the user wrote a key.
func (in *input) where(key string) string {
	if slices.Contains(in.inFile, key) && !slices.Contains(in.variables, key) {
		return key + " in " + in.path
	}
	return Prefix + strings.ToUpper(key)
}

// unknown finds keys that mean nothing.
func (in *input) unknown(keys []Key) []error {
	var faults []error
	for _, name := range slices.Sorted(slices.Values(in.Keys())) {
		if slices.ContainsFunc(keys, func(k Key) bool { return k.Name == name }) {
			continue
		}
		like := nearest(name, keys)
		meant := like.Name
		if slices.Contains(in.variables, name) {
			meant = like.Variable
		}
		faults = append(faults, &Fault{in.where(name), "no such key; the nearest is " + meant})
	}
	return faults
}

// decode writes a value, as a file or a variable has it, into a field.
func decode(value any, field reflect.Value) error {
	decoder, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result:           field.Addr().Interface(),
		WeaklyTypedInput: true, // variables are text
		DecodeHook: mapstructure.ComposeDecodeHookFunc(
			mapstructure.StringToTimeDurationHookFunc(),
			mapstructure.TextUnmarshallerHookFunc(),
			splitList,
		),
	})
	if err != nil {
		return err
	}
	if decoder.Decode(value) != nil {
		return fmt.Errorf("%v is not %s", shown(value, field), kinds[field.Kind()])
	}
	return nil
}

// kinds says what a value should have been.
var kinds = map[reflect.Kind]string{
	reflect.Int: "a whole number", reflect.Float64: "a number", reflect.Slice: "a list", reflect.String: "a text",
	reflect.Int64: "an amount with its unit, such as 30s or 1MiB",
}

func shown(value any, field reflect.Value) any {
	if field.Type() == reflect.TypeFor[Secret]() {
		return redacted
	}
	return value
}

// splitList makes a list of comma-separated text.
func splitList(from, to reflect.Type, value any) (any, error) {
	text, ok := value.(string)
	if !ok || to.Kind() != reflect.Slice {
		return value, nil
	}
	var list []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}
