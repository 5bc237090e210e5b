package server

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// asServer makes TestServer the server of a benchmark: in a process of its own, whose processor time is its alone.
const asServer = "HAWKFISH_TEST_SERVER"

// TestServer serves until its input ends. It says where, and for each line of input how much processor time it has used, in nanoseconds.
func TestServer(t *testing.T) {
	if os.Getenv(asServer) == "" {
		t.Skip("it is for BenchmarkProtocols")
	}
	r := start(t, func(cfg *Config) {
		unlimited(cfg)
		cfg.Service = redfish.NewService(ready())
		cfg.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	})
	fmt.Println(r.addr)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Println(processorTime().Nanoseconds())
	}
}

// BenchmarkProtocols is what a request costs the server over each protocol, with Go's client and 16 requests at once.
func BenchmarkProtocols(b *testing.B) {
	for _, protocol := range []string{protocolHTTP1, protocolHTTP2} {
		b.Run(protocol, func(b *testing.B) {
			server := exec.CommandContext(b.Context(), os.Args[0], "-test.run=^TestServer$")
			server.Env = append(os.Environ(), asServer+"=1")
			in, err := server.StdinPipe()
			require.NoError(b, err)
			out, err := server.StdoutPipe()
			require.NoError(b, err)
			require.NoError(b, server.Start())
			defer func() { _ = in.Close(); _, _ = io.Copy(io.Discard, out); _ = server.Wait() }()
			lines := bufio.NewReader(out)
			line := func() string {
				text, err := lines.ReadString('\n')
				require.NoError(b, err)
				return strings.TrimSpace(text)
			}
			used := func() float64 {
				_, err := io.WriteString(in, "\n")
				require.NoError(b, err)
				ns, err := strconv.ParseFloat(line(), 64)
				require.NoError(b, err)
				return ns
			}
			url := "https://" + line() + "/redfish/v1/Systems/0197fd3e-7777-7777-8777-777777777777"
			client := speaking(b, protocol)
			get := func() {
				req, _ := http.NewRequest(http.MethodGet, url, http.NoBody)
				name, value, _ := strings.Cut(withToken, ": ")
				req.Header.Set(name, value)
				resp, err := client.Do(req)
				if err != nil || resp.StatusCode != http.StatusOK {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			}
			get()
			b.SetParallelism(8)
			before := used()
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					get()
				}
			})
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
			b.ReportMetric((used()-before)/float64(b.N), "server-ns/op")
		})
	}
}
