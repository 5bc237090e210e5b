package port_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/port"
)

func TestChooseGivesDistinctFreePorts(t *testing.T) {
	t.Parallel()
	ports := make([]int, 50)
	all := make([]*int, len(ports))
	for i := range ports {
		all[i] = &ports[i]
	}
	require.NoError(t, port.Choose(port.Loopback, all...))
	seen := map[int]bool{}
	for _, p := range ports {
		require.False(t, seen[p])
		seen[p] = true
	}
}

func TestChooseReportsATakenPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).Port
	require.ErrorContains(t, port.Choose(port.Loopback, &taken), "in use")
}

func TestSplitLoopback(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"127.0.0.1:7233": "127.0.0.1:7233", "localhost:0": "127.0.0.1:0", "[::1]:80": "[::1]:80",
		":7233": "", "0.0.0.0:1": "", "10.0.0.1:1": "", "example.org:1": "", "127.0.0.1": "", "127.0.0.1:x": "", "127.0.0.1:70000": "",
	} {
		host, number, err := port.SplitLoopback(addr)
		if want == "" {
			require.Error(t, err, addr)
			continue
		}
		require.NoError(t, err, addr)
		require.Equal(t, want, port.Address(host, number))
	}
}
