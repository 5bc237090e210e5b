package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/go-playground/validator/v10"

	"github.com/projectbeskar/hawkfish/internal/keyring"
	"github.com/projectbeskar/hawkfish/internal/outbound"
)

// rules says, for each rule that the tags use, what a value that breaks it should have been.
var rules = map[string]string{
	"required":         "must be set",
	"required_if":      "must be set when %s",
	"oneof":            "must be one of: %s",
	"min":              "must be at least %s",
	"max":              "must be at most %s",
	"gt":               "must be more than %s",
	"address":          "must be an address with a port, such as 127.0.0.1:8443",
	"postgres_url":     "must be a URL such as postgres://user:password@host:5432/hawkfish",
	"http_url":         "must be an http or https URL",
	"hostname_rfc1123": "must be a host name or an address",
	"startswith":       "must start with %s",
	"excluded_with":    "must not be set together with %s",
	"required_with":    "must be set together with %s",
	"host_tokens":      "must be hosts' names and their tokens, such as kvm1=<token>, separated by commas",
	"migration_uri":    "must be such as qemu+tls://kvm1.example.com/system, with NAME= before it where a process has several hosts",
	"keyring":          "must be keys such as k1:<32 bytes in base64>, separated by commas, each with another id",
	"needs_tls":        "must not be set when tls is off: there is no https to send anyone to",
	"origin":           "must be an origin such as https://ui.example.com, in lower case and with nothing after the port, or *",
	"outbound":         "must be a host name, an address, a network such as 10.0.0.0/8, localhost or *",
}

// check applies the rules of the tags.
func (in *input) check(cfg Config) []error {
	err := checker().Struct(cfg)
	broken, _ := errors.AsType[validator.ValidationErrors](err)
	var faults []error
	for _, b := range broken {
		key, _, _ := strings.Cut(b.Field(), "[") // of a list: the whole list's
		faults = append(faults, &Fault{in.where(key), why(b)})
	}
	return faults
}

func why(b validator.FieldError) string {
	text, ok := rules[b.Tag()]
	if !ok {
		return "breaks the rule " + b.Tag()
	}
	if strings.Contains(text, "%s") {
		param := strings.NewReplacer("TLSMode files", "tls is files", "CodecKeysFile", "codec_keys_file", "SecretKeysFile", "secret_keys_file",
			"HostTokensFile", "host_tokens_file", "TemporalTLSCert", "temporal_tls_cert", "TemporalTLSKey", "temporal_tls_key").Replace(b.Param())
		if b.Tag() == "oneof" {
			param = strings.Join(strings.Fields(param), ", ")
		}
		text = fmt.Sprintf(text, param)
	}
	if b.Type() == reflect.TypeFor[Secret]() || reflect.ValueOf(b.Value()).IsZero() {
		return text
	}
	return fmt.Sprintf("%v: %s", b.Value(), text)
}

func checker() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("key") })
	for tag, valid := range map[string]func(string) bool{"address": isAddress, "postgres_url": isPostgres, "outbound": isOutbound, "keyring": isKeyring, "origin": isOrigin, "host_tokens": isHostTokens, "migration_uri": isMigrationURI} {
		// cannot fail: neither tag nor function is empty
		_ = v.RegisterValidation(tag, func(f validator.FieldLevel) bool { return valid(f.Field().String()) })
	}
	_ = v.RegisterValidation("needs_tls", func(f validator.FieldLevel) bool {
		return f.Top().FieldByName("TLSMode").String() != string(TLSOff)
	})
	return v
}

// isOrigin accepts what browsers send as Origin (RFC 6454, section 6.2).
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return text == "*" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" &&
		text == u.Scheme+"://"+u.Host && text == strings.ToLower(text)
}

// isOutbound accepts an entry of an allow-list for connections.
func isOutbound(entry string) bool {
	_, err := outbound.ParsePolicy([]string{entry})
	return err == nil
}

func isHostTokens(text string) bool {
	_, err := ParseHostTokens(text)
	return err == nil
}

// ParseHostTokens reads pairs such as kvm1=<token>, separated by commas or line ends, by the names of the hosts.
func ParseHostTokens(text string) (map[string]Secret, error) {
	tokens := map[string]Secret{}
	for _, pair := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		host, token, ok := strings.Cut(pair, "=")
		if !ok || host == "" || token == "" {
			return nil, errors.New("a host's token must be such as kvm1=<token>")
		}
		tokens[strings.ToLower(host)] = Secret(token)
	}
	return tokens, nil
}

func isKeyring(text string) bool {
	_, err := keyring.Parse(text)
	return err == nil
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// isAddress accepts host:port, with an empty host for every address and port 0 for any free one.
func isAddress(text string) bool {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false
	}
	_, err = netip.ParseAddr(host)
	return err == nil || host == "" || hostName.MatchString(host)
}

func isPostgres(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
}

// Require returns a *Fault for each of the keys that is not set. A process calls it
// with what it cannot do without: the rules of the tags hold for all.
func (c Config) Require(names ...string) error {
	var faults []error
	for _, key := range Describe() {
		for _, name := range names {
			if key.Name == name && reflect.ValueOf(c).FieldByIndex(key.index).IsZero() {
				faults = append(faults, &Fault{key.Variable, rules["required"]})
			}
		}
	}
	return errors.Join(faults...)
}
