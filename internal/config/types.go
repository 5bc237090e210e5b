package config

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// TLSMode says where the certificate comes from.
type TLSMode string

const (
	TLSOff        TLSMode = "off"
	TLSSelfSigned TLSMode = "self-signed"
	TLSFiles      TLSMode = "files"
)

// Switch is on or off.
type Switch string

const (
	On  Switch = "on"
	Off Switch = "off"
)

// Hypervisor says whether hosts are real.
type Hypervisor string

const (
	HypervisorLibvirt   Hypervisor = "libvirt"
	HypervisorSimulated Hypervisor = "simulated"
)

// HostRegistration says which hosts the fleet takes.
type HostRegistration string

const (
	RegistrationOpen     HostRegistration = "open"
	RegistrationRequired HostRegistration = "required"
)

// LogFormat is how log lines look.
type LogFormat string

const (
	LogText LogFormat = "text"
	LogJSON LogFormat = "json"
)

// LogLevel is the least level that is logged.
type LogLevel string

// Level returns the level as slog has it.
func (l LogLevel) Level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(l)) // cannot fail: the value has been validated
	return level
}

// Secret is a value that nobody may read by accident: it prints, logs and encodes as
// "[redacted]".
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString redacts %#v.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// LogValue redacts logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText redacts JSON and YAML.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Size is a number of bytes, written like 512, 64KiB or 1MiB.
type Size int64

var units = []struct {
	name  string
	bytes Size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := strings.TrimSpace(string(text)), Size(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(number, u.name); ok {
			number, factor = strings.TrimSpace(rest), u.bytes
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > int64(1<<62)/int64(factor) {
		return fmt.Errorf("%q is no size such as 512, 64KiB or 1MiB", text)
	}
	*s = Size(n) * factor
	return nil
}

func (s Size) String() string {
	for _, u := range units {
		if s != 0 && s%u.bytes == 0 {
			return strconv.FormatInt(int64(s/u.bytes), 10) + u.name
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
