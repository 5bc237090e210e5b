// Package arch keeps the layout honest: who may import whom, and how long a file may be.
package arch

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

const module = "github.com/projectbeskar/hawkfish"

// maxLines is where a file must say what second thing it is.
const maxLines = 400

// rules lists, per folder, what its packages may import besides the standard
// library and themselves. The longest matching folder rules. "" is the root package.
var rules = map[string][]string{
	"":        {"schemas"},
	"schemas": {},

	"api/redfish":  {"", "schemas", "github.com/go-playground/validator"},
	"api":          {"", "schemas", "control", "api/redfish", "api/describe"},
	"api/describe": {"", "schemas", "api/redfish", "go.yaml.in/yaml"},
	"api/server": {"", "schemas", "control", "api", "api/redfish", "personas", "internal/config", "internal/logging", "internal/metrics", "internal/tlscert", "internal/tracing",
		"github.com/gofiber", "github.com/valyala/fasthttp", "github.com/cenkalti/backoff", "github.com/prometheus/client_golang", "github.com/google/uuid", "golang.org/x/time", "golang.org/x/sync"},
	"personas": {"", "schemas", "control", "api/redfish"},

	"control": {"", "schemas", "workflows", "activities", "internal/durable", "github.com/google/uuid", "github.com/alexedwards/argon2id", "golang.org/x/sync"},

	"workflows":        {"", "schemas", "activities", "internal/durable", "go.temporal.io/sdk/workflow", "go.temporal.io/sdk/worker"},
	"activities":       {"", "schemas", "internal/durable", "go.temporal.io/sdk/worker"},
	"internal/durable": {"", "internal/keyring", "internal/tracing", "go.temporal.io/sdk", "go.temporal.io/api", "google.golang.org/protobuf", "google.golang.org/grpc", "github.com/cenkalti/backoff"},

	"store":           {"", "schemas", "internal/tracing", "internal/placement", "github.com/jackc/pgx", "github.com/pressly/goose", "github.com/google/uuid"},
	"store/cached":    {"", "schemas"},
	"store/storetest": {"", "schemas", "store", "internal/postgres", "github.com/jackc/pgx", "github.com/google/uuid"},

	"worker/fleet":          {"", "activities", "workflows", "internal/durable", "go.temporal.io/sdk"},
	"worker/standin":        {"", "schemas", "worker/host", "internal/durable", "go.temporal.io/sdk"},
	"worker/host":           {"", "activities", "internal/durable", "go.temporal.io/sdk", "github.com/google/uuid", "golang.org/x/sync"},
	"worker/sensors":        {""},
	"worker/libvirt":        {"", "schemas", "internal/uefi", "internal/cloudinit", "worker/sensors", "internal/fetch/diskimage", "internal/fetch/once", "github.com/digitalocean/go-libvirt", "libvirt.org/go/libvirtxml", "github.com/cenkalti/backoff", "github.com/google/uuid", "golang.org/x/sync"},
	"worker/simulated":      {"", "schemas", "internal/fetch/diskimage", "internal/fetch/once", "github.com/google/uuid"},
	"worker/hypervisortest": {"", "schemas", "github.com/google/uuid"},

	"internal/arch":      {},
	"internal/cloudinit": {"github.com/diskfs/go-diskfs"},
	"internal/config":    {"internal/keyring", "internal/outbound", "github.com/knadh/koanf", "github.com/go-playground/validator", "github.com/go-playground/universal-translator", "github.com/go-playground/locales", "github.com/go-viper/mapstructure"},
	"internal/fetch":     {"", "internal/outbound"},
	"internal/outbound":  {""},
	"internal/keyring":   {},
	"internal/logging":   {"internal/config"},
	"internal/metrics":   {"github.com/prometheus/client_golang", "go.temporal.io/sdk/client", "golang.org/x/sync"},
	"internal/placement": {""},
	"internal/postgres":  {"golang.org/x/sys"},
	"internal/netboot":   {"", "github.com/google/uuid", "github.com/prometheus/client_golang", "golang.org/x/time"},
	"internal/fence":     {"", "schemas", "internal/outbound"},
	"internal/process":   {"*"},
	"internal/ssdp":      {},
	"internal/tlscert":   {},
	"internal/uefi":      {},
	"internal/tracing":   {"", "go.opentelemetry.io/otel", "go.temporal.io/sdk"},
	"cmd":                {"*"},
	"conformance":        {},
	"lab":                {},
	"examples":           {"*"},
}

// never lists what no replayable code needs.
var never = map[string][]string{
	"workflows": {"net/http", "os", "math/rand", "math/rand/v2", "database/sql", "crypto/rand"},
}

// The files are read here rather than by go list, so that go test notices when they change.
func TestImports(t *testing.T) {
	eachFile(t, func(file string, src []byte) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, src, parser.ImportsOnly)
		if err != nil {
			t.Error(err)
			return
		}
		folder, ok := folderOf(path.Dir(file))
		if !ok {
			t.Errorf("%s: no rule; add its folder to the table in internal/arch", file)
			return
		}
		for _, spec := range parsed.Imports {
			if imp := strings.Trim(spec.Path.Value, `"`); !mayImport(folder, imp) {
				t.Errorf("%s may not import %s (rule %q in internal/arch)", file, imp, folder)
			}
		}
	})
}

func TestFilesAreSmall(t *testing.T) {
	eachFile(t, func(file string, src []byte) {
		if bytes.Contains(src[:min(len(src), 200)], []byte("Code generated")) {
			return
		}
		if n := bytes.Count(src, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines, more than %d: which second thing is in it?", file, n, maxLines)
		}
	})
}

// eachFile visits the Go files of this module; nested modules have their own rules.
func eachFile(t *testing.T, visit func(file string, src []byte)) {
	t.Helper()
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." {
			if _, err := fs.Stat(root, file+"/go.mod"); err == nil || strings.HasPrefix(d.Name(), ".") {
				return fs.SkipDir
			}
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") {
			return nil
		}
		src, err := fs.ReadFile(root, file)
		if err == nil {
			visit(file, src)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func folderOf(pkg string) (string, bool) {
	if pkg == "." {
		return "", true
	}
	for {
		if _, ok := rules[pkg]; ok {
			return pkg, true
		}
		i := strings.LastIndex(pkg, "/")
		if i < 0 {
			return "", false
		}
		pkg = pkg[:i]
	}
}

func mayImport(folder, imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	local, ours := strings.CutPrefix(imp, module)
	if !ours && !strings.Contains(first, ".") {
		top, _, _ := strings.Cut(folder, "/")
		for _, no := range never[top] {
			if imp == no {
				return false
			}
		}
		return true
	}
	local = strings.TrimPrefix(local, "/")
	for _, ok := range append([]string{folder}, rules[folder]...) {
		switch {
		case ok == "*":
			return true
		case ours && (local == ok || ok != "" && strings.HasPrefix(local, ok+"/")):
			return true
		case !ours && ok != "" && (imp == ok || strings.HasPrefix(imp, ok+"/")):
			return true
		}
	}
	return false
}
