package netboot_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/netboot"
)

const (
	direct   = "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c01"
	scripted = "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c02"
	plain    = "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c03"
	changed  = "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c04"
	secret   = "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c05"
	down     = "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c06"
)

var kernel = bytes.Repeat([]byte("kernel"), 10_000)

func with(content []byte, user string) map[hawkfish.MediaSlot]hawkfish.MediaDrive {
	sum := sha256.Sum256(content)
	m := &hawkfish.Medium{URL: "https://files.example/k", SHA256: hex.EncodeToString(sum[:]), SizeBytes: int64(len(content)), UserName: user}
	return map[hawkfish.MediaSlot]hawkfish.MediaDrive{hawkfish.SlotKernel: {Medium: m}}
}

func serve(t *testing.T) string {
	t.Helper()
	systems := map[string]hawkfish.Machine{
		direct:   {Media: with(kernel, ""), CommandLine: "console=ttyS0"},
		scripted: {IPXEScript: "#!ipxe\nshell\n"},
		plain:    {},
		changed:  {Media: with(append(bytes.Clone(kernel[1:]), 'x'), "")},
		secret:   {Media: with(kernel, "ada")},
	}
	s := httptest.NewServer(netboot.Handler(netboot.Config{
		Log: slog.New(slog.DiscardHandler),
		Find: func(_ context.Context, id string) (hawkfish.System, error) {
			m, ok := systems[id]
			switch {
			case id == down:
				return hawkfish.System{}, hawkfish.Down("PostgreSQL", nil)
			case !ok:
				return hawkfish.System{}, hawkfish.Missing("ComputerSystem", id)
			}
			return hawkfish.System{ID: id, Machine: m}, nil
		},
		Open: func(context.Context, hawkfish.MediaSource) (io.ReadCloser, int64, string, error) {
			return io.NopCloser(bytes.NewReader(kernel)), int64(len(kernel)), "", nil
		},
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestScripts(t *testing.T) {
	t.Parallel()
	base := serve(t)
	for path, want := range map[string]struct {
		status int
		text   string
	}{
		"/boot/" + direct + "/ipxe":                   {200, "#!ipxe\nkernel " + base + "/boot/files/" + direct + "/kernel console=ttyS0\nboot\n"},
		"/boot/" + strings.ToUpper(direct) + "/ipxe":  {200, ""},
		"/boot/" + scripted + "/ipxe":                 {200, "#!ipxe\nshell\n"},
		"/boot/" + plain + "/ipxe":                    {404, ""},
		"/boot/web1/ipxe":                             {404, ""},
		"/boot/" + down + "/ipxe":                     {503, ""},
		"/boot/files/" + direct + "/kernel":           {200, string(kernel)},
		"/boot/files/" + direct + "/initrd":           {404, ""},
		"/boot/files/" + direct + "/../../etc/passwd": {404, ""},
		"/boot/files/" + secret + "/kernel":           {404, ""},
		"/boot/files/" + plain + "/kernel":            {404, ""},
		"/redfish/v1/":                                {404, ""},
	} {
		reply, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(reply.Body)
		_ = reply.Body.Close()
		if err != nil || reply.StatusCode != want.status || want.text != "" && string(text) != want.text {
			t.Errorf("%s: %d %.200s %v", path, reply.StatusCode, text, err)
		}
	}
}

// A file that is another than was inserted is never handed on whole.
func TestAChangedFile(t *testing.T) {
	t.Parallel()
	reply, err := http.Get(serve(t) + "/boot/files/" + changed + "/kernel")
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if got, err := io.ReadAll(reply.Body); err == nil || len(got) >= len(kernel) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// What firmware asks for is counted by its kind and its status; no system is named.
func TestRequestsAreCounted(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	h := netboot.Handler(netboot.Config{
		Log: slog.New(slog.DiscardHandler), Metrics: reg,
		Find: func(_ context.Context, id string) (hawkfish.System, error) {
			if id == scripted {
				return hawkfish.System{ID: id, Machine: hawkfish.Machine{IPXEScript: "#!ipxe\n"}}, nil
			}
			return hawkfish.System{}, hawkfish.Missing("ComputerSystem", id)
		},
	})
	for _, path := range []string{"/boot/" + scripted + "/ipxe", "/boot/" + plain + "/ipxe", "/boot/nonsense/ipxe", "/boot/files/" + plain + "/kernel"} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == "hawkfish_boot_requests_total" {
				got[m.GetLabel()[1].GetValue()+" "+m.GetLabel()[0].GetValue()] = m.GetCounter().GetValue()
			}
		}
	}
	if want := map[string]float64{"script 200": 1, "script 404": 2, "file 404": 1}; !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
