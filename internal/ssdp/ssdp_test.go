package ssdp

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func search(target string) string {
	return "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\nST: " + target + "\r\n\r\n"
}

func TestSearches(t *testing.T) {
	t.Parallel()
	var enabled atomic.Bool
	enabled.Store(true)
	r := &Responder{
		UUID: "6f1b7a52-6f0c-4f10-8b1f-3a0f0f1c9c55", Minor: "22", Scheme: "https", Listen: ":8443",
		Enabled: func(context.Context) bool { return enabled.Load() }, Log: slog.New(slog.DiscardHandler),
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer conn.Close()
	ended := make(chan error, 1)
	go func() { ended <- r.serve(t.Context(), conn) }()
	client, err := net.DialUDP("udp4", nil, conn.LocalAddr().(*net.UDPAddr))
	require.NoError(t, err)
	defer client.Close()
	answer := make([]byte, longest)

	for _, target := range []string{service, service + ":22", "ssdp:all"} {
		for _, noise := range []string{"", "GET / HTTP/1.1\r\n\r\n", "\x00", search("upnp:rootdevice"), search(service + ":21")} {
			_, _ = client.Write([]byte(noise))
		}
		_, err = client.Write([]byte(search(target)))
		require.NoError(t, err)
		require.NoError(t, client.SetReadDeadline(time.Now().Add(5*time.Second)))
		n, err := client.Read(answer)
		require.NoError(t, err, target)
		reply, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer[:n])), nil)
		require.NoError(t, err)
		_ = reply.Body.Close()
		assert.Equal(t, "https://127.0.0.1:8443/redfish/v1/", reply.Header.Get("Al"))
		assert.Equal(t, "uuid:"+r.UUID+"::"+service+":22", reply.Header.Get("Usn"))
	}

	enabled.Store(false)
	_, err = client.Write([]byte(search(service)))
	require.NoError(t, err)
	require.NoError(t, <-ended)
	require.NoError(t, client.SetReadDeadline(time.Now().Add(50*time.Millisecond)))
	_, err = client.Read(answer)
	require.Error(t, err, "switched off, and answers")
}

func FuzzSearched(f *testing.F) {
	f.Add([]byte(search("ssdp:all")))
	f.Fuzz(func(_ *testing.T, datagram []byte) { searched(datagram) })
}
