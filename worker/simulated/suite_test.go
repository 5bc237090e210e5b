package simulated_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch"
	"github.com/projectbeskar/hawkfish/internal/outbound"
	"github.com/projectbeskar/hawkfish/worker/hypervisortest"
	"github.com/projectbeskar/hawkfish/worker/simulated"
)

func open(t testing.TB, c simulated.Config) *simulated.Hypervisor {
	t.Helper()
	h, err := simulated.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// image writes an image to dir that a simulated guest boots from.
func image(t testing.TB, dir string) hawkfish.ImageSource {
	t.Helper()
	content := make([]byte, 4096)
	copy(content, "a bootable disk")
	file := filepath.Join(dir, "bootable.raw")
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(content)
	return hawkfish.ImageSource{URL: "file://" + file, SHA256: hex.EncodeToString(sum[:]), Format: hawkfish.FormatRaw}
}

func source(t testing.TB, dir string) *fetch.Fetcher {
	t.Helper()
	local, err := outbound.ParsePolicy([]string{"localhost"})
	if err != nil {
		t.Fatal(err)
	}
	return fetch.New(fetch.Policy{Addresses: local, FileDirs: []string{dir}})
}

func TestHypervisor(t *testing.T) {
	for name, c := range map[string]struct {
		kept      bool
		latencies map[simulated.Method]simulated.Latency
	}{
		"in memory": {},
		"kept":      {kept: true},
		"slow": {latencies: map[simulated.Method]simulated.Latency{
			simulated.AnyMethod: {Min: time.Millisecond, Max: 4 * time.Millisecond},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			images := t.TempDir()
			hypervisortest.Run(t, hypervisortest.World{
				Image:    image(t, images),
				BootText: simulated.BootComplete,
				ImageDir: images,
				HTTP:     true,
				Network:  "default", Addresses: true,
				Pair: pairs(images, c.kept, c.latencies),
				Open: func(t *testing.T) hypervisortest.Host {
					config := simulated.Config{
						Source:    source(t, images),
						Guests:    simulated.Behaviour{Boot: 5 * time.Millisecond, Shutdown: 5 * time.Millisecond},
						Latencies: c.latencies,
					}
					if c.kept {
						config.Dir = t.TempDir()
					}
					return host(t, config)
				},
			})
		})
	}
}

// pairs makes two hosts that reach one another.
func pairs(images string, kept bool, latencies map[simulated.Method]simulated.Latency) func(t *testing.T) hypervisortest.Pair {
	return func(t *testing.T) hypervisortest.Pair {
		peers := &simulated.Peers{}
		made := func(name string) simulated.Config {
			config := simulated.Config{
				Name: name, Peers: peers, Source: source(t, images), Latencies: latencies,
				Guests: simulated.Behaviour{Boot: 5 * time.Millisecond, Shutdown: 5 * time.Millisecond, Transfer: 100 * time.Millisecond},
			}
			if kept {
				config.Dir = t.TempDir()
			}
			return config
		}
		from, to := host(t, made("h1")), host(t, made("h2"))
		pair := hypervisortest.Pair{From: from, To: to, Reopen: from.Reopen}
		pair.NeverConverge = func(t *testing.T, id string) {
			if err := from.Hypervisor.(*simulated.Hypervisor).NeverConverge(id, true); err != nil {
				t.Fatal(err)
			}
		}
		return pair
	}
}

// host opens the doors of a simulated host to the suite.
func host(t *testing.T, config simulated.Config) hypervisortest.Host {
	h, err := simulated.Open(config)
	must := func(t *testing.T, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(t, err)
	t.Cleanup(func() { must(t, h.Close()) })
	doors := hypervisortest.Host{
		Hypervisor:   h,
		PowerOff:     func(t *testing.T, id string) { must(t, h.PowerOff(id)) },
		Reboot:       func(t *testing.T, id string) { must(t, h.Reboot(id)) },
		IgnoreButton: func(t *testing.T, id string) { must(t, h.IgnoreButton(id, true)) },
		PowerCut:     func(t *testing.T) { must(t, h.PowerCut()) },
		Die:          func(t *testing.T, id string) { must(t, h.Die(id)) },
		Media:        func(_ *testing.T, id string) map[hawkfish.MediaSlot]string { return h.Media(id) },
		Eject:        func(t *testing.T, id string) { must(t, h.Eject(id)) },
		MakeForeign: func(t *testing.T, name string, on bool) string {
			f := simulated.Stranger(name, on)
			f.CPUs, f.MemoryMiB = 1, 64
			must(t, h.AddForeign(f))
			t.Cleanup(func() { must(t, h.RemoveForeign(f.ID)) })
			return f.ID
		},
		TheirsAlone: func(_ *testing.T, id string) string { return h.TheirsAlone(id) },
		NMIs:        func(_ *testing.T, id string) int { return h.NMIs(id) },
	}
	if config.Dir != "" {
		doors.Reopen = func(t *testing.T) hawkfish.Hypervisor {
			must(t, h.Close())
			h, err = simulated.Open(config)
			must(t, err)
			return h
		}
	}
	return doors
}
