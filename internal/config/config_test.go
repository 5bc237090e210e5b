package config

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/configuration.md")

func TestDefaultsAreValid(t *testing.T) {
	t.Parallel()
	cfg, err := Load("", nil)
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:8443", cfg.Listen)
	assert.Equal(t, Size(1<<20), cfg.BodyLimit)
	assert.Equal(t, 2*time.Minute, cfg.IdleTimeout)
	assert.Equal(t, []string{"qemu:///system"}, cfg.Libvirt)
	assert.Equal(t, TLSSelfSigned, cfg.TLSMode)
}

func TestVariablesOverrideTheFile(t *testing.T) {
	t.Parallel()
	path := write(t, "listen: \":9443\"\nlog_level: debug\nlibvirt: [/a, /b]\nimage_dirs: /srv, /iso\nbody_limit: 2048\novercommit_cpu: 3\n")
	cfg, err := Load("", []string{
		"HAWKFISH_CONFIG=" + path, "HAWKFISH_LISTEN=[::1]:0", "HAWKFISH_OVERCOMMIT_MEMORY=1.5", "HAWKFISH_READ_TIMEOUT=3s",
		"HAWKFISH_IMAGE_ALLOW=10.0.0.0/8,images.example.org,::1", "HAWKFISH_POOL_PATH=", "HOME=/", "HAWKFISH_CONNECTIONS=7",
	})
	require.NoError(t, err)
	assert.Equal(t, "[::1]:0", cfg.Listen)
	assert.Equal(t, LogLevel("debug"), cfg.LogLevel)
	assert.Equal(t, []string{"/a", "/b"}, cfg.Libvirt)
	assert.Equal(t, []string{"/srv", "/iso"}, cfg.ImageDirs)
	assert.Equal(t, []string{"10.0.0.0/8", "images.example.org", "::1"}, cfg.ImageAllow)
	assert.Equal(t, Size(2048), cfg.BodyLimit)
	assert.InDelta(t, 3, cfg.OvercommitCPU, 0)
	assert.InDelta(t, 1.5, cfg.OvercommitMemory, 0)
	assert.Equal(t, 3*time.Second, cfg.ReadTimeout)
	assert.Equal(t, 7, cfg.Connections)
	assert.Equal(t, "/var/lib/libvirt/hawkfish", cfg.PoolPath, "an empty variable counts as unset")
}

func TestEveryFaultIsReportedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Load("", []string{"HAWKFISH_LISEN=:1", "HAWKFISH_BODY_LIMIT=huge", "HAWKFISH_CONNECTIONS=few", "HAWKFISH_READ_TIMEOUT=15"})
	assertFaults(t, err, map[string]string{
		"HAWKFISH_LISEN":        "no such key; the nearest is HAWKFISH_LISTEN",
		"HAWKFISH_BODY_LIMIT":   "huge is not an amount",
		"HAWKFISH_CONNECTIONS":  "few is not a whole number",
		"HAWKFISH_READ_TIMEOUT": "15 is not an amount",
	})

	path := write(t, "listen: localhost\nimage_dirs: [iso]\nlog_levle: info\n")
	_, err = Load(path, nil)
	assertFaults(t, err, map[string]string{
		"log_levle in " + path:  "the nearest is log_level",
		"listen in " + path:     "localhost: must be an address with a port",
		"image_dirs in " + path: "iso: must start with /",
	})

	_, err = Load(write(t, ""), []string{
		"HAWKFISH_LISTEN=localhost", "HAWKFISH_TLS=files", "HAWKFISH_HYPERVISOR=xen", "HAWKFISH_IMAGE_DIRS=iso,/srv",
		"HAWKFISH_DATABASE_URL=mysql://root:hunter2@db/x", "HAWKFISH_ADMIN_PASSWORD=" + strings.Repeat("hunter2", 20), "HAWKFISH_LIBVIRT=,", "HAWKFISH_IMAGE_ALLOW=300.0.0.0/8",
		"HAWKFISH_SIMULATED_FAULTS=2", "HAWKFISH_TEMPORAL_UI_URL=here", "HAWKFISH_LISTEN=x:99999",
	})
	assertFaults(t, err, map[string]string{
		"HAWKFISH_LISTEN":           "x:99999: must be an address with a port",
		"HAWKFISH_TLS_CERT":         "must be set when tls is files",
		"HAWKFISH_TLS_KEY":          "must be set when tls is files",
		"HAWKFISH_HYPERVISOR":       "xen: must be one of: libvirt, simulated",
		"HAWKFISH_IMAGE_DIRS":       "iso: must start with /",
		"HAWKFISH_IMAGE_ALLOW":      "300.0.0.0/8: must be a host name, an address, a network",
		"HAWKFISH_DATABASE_URL":     "must be a URL such as postgres://",
		"HAWKFISH_ADMIN_PASSWORD":   "must be at most 128",
		"HAWKFISH_LIBVIRT":          "must be at least 1",
		"HAWKFISH_SIMULATED_FAULTS": "2: must be at most 1",
		"HAWKFISH_TEMPORAL_UI_URL":  "here: must be an http or https URL",
	})
	assert.NotContains(t, err.Error(), "hunter2")
}

// There is nowhere to redirect to where the service does not speak TLS.
func TestRedirectNeedsTLS(t *testing.T) {
	t.Parallel()
	_, err := Load("", []string{"HAWKFISH_REDIRECT_LISTEN=:8080"})
	require.NoError(t, err)
	_, err = Load(write(t, "redirect_listen: :8080\n"), []string{"HAWKFISH_TLS=off"})
	require.Error(t, err)
	assert.Contains(t, err.Error(), "redirect_listen in ")
	assert.Contains(t, err.Error(), "must not be set when tls is off")
}

func TestCORSOrigins(t *testing.T) {
	t.Parallel()
	cfg, err := Load("", []string{"HAWKFISH_CORS_ORIGINS=https://ui.example.com, http://localhost:3000,*"})
	require.NoError(t, err)
	assert.Equal(t, []string{"https://ui.example.com", "http://localhost:3000", "*"}, cfg.CORSOrigins)
	for _, wrong := range []string{"ui.example.com", "https://ui.example.com/", "https://UI.example.com", "https://*.example.com/x", "ftp://x", "null"} {
		_, err = Load("", []string{"HAWKFISH_CORS_ORIGINS=" + wrong})
		assertFaults(t, err, map[string]string{"HAWKFISH_CORS_ORIGINS": wrong + ": must be an origin"})
	}
}

func TestCodecKeys(t *testing.T) {
	t.Parallel()
	const key = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	cfg, err := Load("", []string{"HAWKFISH_CODEC_KEYS=off," + key})
	require.NoError(t, err)
	assert.Equal(t, "off,"+key, cfg.CodecKeys.Reveal())
	_, err = Load("", []string{"HAWKFISH_CODEC_KEYS=k1:hunter2"})
	assertFaults(t, err, map[string]string{"HAWKFISH_CODEC_KEYS": "must be keys such as"})
	assert.NotContains(t, err.Error(), "hunter2")
	_, err = Load("", []string{"HAWKFISH_CODEC_KEYS=" + key, "HAWKFISH_CODEC_KEYS_FILE=/etc/hawkfish/codec.keys"})
	assertFaults(t, err, map[string]string{"HAWKFISH_CODEC_KEYS": "must not be set together with codec_keys_file"})
}

func TestTheFileMustBeReadable(t *testing.T) {
	t.Parallel()
	_, err := Load("/nowhere.yaml", nil)
	assertFaults(t, err, map[string]string{"/nowhere.yaml": "no such file"})
	path := write(t, "a: [")
	_, err = Load(path, nil)
	assertFaults(t, err, map[string]string{path: "yaml"})
}

func TestRequireNamesWhatAProcessLacks(t *testing.T) {
	t.Parallel()
	cfg, err := Load("", []string{"HAWKFISH_TEMPORAL_ADDRESS=temporal:7233"})
	require.NoError(t, err)
	assertFaults(t, cfg.Require("database_url", "temporal_address", "listen"), map[string]string{"HAWKFISH_DATABASE_URL": "must be set"})
}

func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	cfg, err := Load("", []string{"HAWKFISH_ADMIN_PASSWORD=hunter2hunter2"})
	require.NoError(t, err)
	assert.Equal(t, "hunter2hunter2", cfg.AdminPassword.Reveal())
	encoded, err := json.Marshal(cfg)
	require.NoError(t, err)
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s %q", cfg, cfg, cfg, cfg.AdminPassword, cfg.AdminPassword), cfg.AdminPassword.LogValue().String(), string(encoded)} {
		assert.NotContains(t, text, "hunter2")
	}
}

// Rules speak for themselves, and every key explains itself.
func TestEveryRuleHasWords(t *testing.T) {
	t.Parallel()
	for _, key := range Describe() {
		assert.NotEmpty(t, key.Meaning, key.Name)
		assert.NotContains(t, key.Meaning, "|", key.Name)
	}
}

func TestDocumentIsUpToDate(t *testing.T) {
	t.Parallel()
	const path = "../../docs/configuration.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(Markdown()), 0o644))
	}
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, Markdown(), string(page), "run: go test ./internal/config -update")
}

func FuzzSize(f *testing.F) {
	for _, s := range []string{"1", "64KiB", "1 MiB", "9999999999GiB", "-1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var s, again Size
		if s.UnmarshalText([]byte(text)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(s.String())); err != nil || again != s || s < 0 {
			t.Fatalf("%q is %d, written %s, read %d: %v", text, s, s, again, err)
		}
	})
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hawkfish.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func assertFaults(t *testing.T, err error, want map[string]string) {
	t.Helper()
	require.Error(t, err)
	got := map[string]string{}
	all := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		all = joined.Unwrap()
	}
	for _, one := range all {
		f, ok := errors.AsType[*Fault](one)
		require.True(t, ok, "%v", one)
		got[f.Where] += f.Why
	}
	assert.Len(t, got, len(want), "%v", strings.ReplaceAll(err.Error(), "\n", "; "))
	for where, why := range want {
		assert.Contains(t, got[where], why, where)
	}
}
