package bench

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/port"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const systems = "/redfish/v1/Systems"

// rivals are an API and a bare handler with the same transport.
type rivals struct {
	tls               bool
	api, bare         endpoint
	apiName, bareName string // of the processes
}

// rivals starts what is not there yet: the bare handlers, and an API for plain HTTP.
func (b *run) rivals(t testing.TB, s *stack.Stack, production string) []rivals {
	var plain, bareTLS, barePlain int
	require.NoError(t, port.Choose(port.Loopback, &plain, &bareTLS, &barePlain))
	add := func(name, program, role, mode string, number int) endpoint {
		address := port.Address(port.Loopback, number)
		s.Add(stack.Extra{
			Name: name, Program: program, Args: []string{role}, Address: address,
			Env: map[string]string{"HAWKFISH_LISTEN": address, "HAWKFISH_TLS": mode},
		})
		return endpoint{address: address}
	}
	pair := []rivals{
		{true, api(t, s), add("bare-tls", b.Program, Bare, "self-signed", bareTLS), stack.API, "bare-tls"},
		{false, add("api-plain", production, "api", "off", plain), add("bare-plain", b.Program, Bare, "off", barePlain), "api-plain", "bare-plain"},
	}
	pair[0].bare.tls = pair[0].api.tls
	return pair
}

// reads compares the reads of a system and of the list of systems, for growing fleets.
func (b *run) reads(t testing.TB, s *stack.Stack, production string) {
	login := logins(t, s)
	pairs := b.rivals(t, s, production)
	for _, size := range b.fleets {
		fill(t, s.DatabaseURL, size)
		for _, pair := range pairs {
			b.say("reads of %d systems, %s", size, protocol(pair.tls))
			for _, connections := range b.connections {
				b.read(t, s, pair, size, connections, "Token", login["Token"])
			}
			if size == b.fleets[len(b.fleets)-1] {
				b.read(t, s, pair, size, b.connections[len(b.connections)/2], "Basic", login["Basic"])
			}
		}
	}
	for _, pair := range pairs {
		s.Kill(pair.bareName)
	}
	s.Kill("api-plain")
}

// read compares one kind of request.
func (b *run) read(t testing.TB, s *stack.Stack, r rivals, fleet, connections int, loginName, login string) {
	member := ""
	for _, resource := range []string{"Systems", "System"} {
		path := systems + member
		same := await(t, r.api, path, login, fleet, resource)
		if resource == "Systems" {
			member = "/" + firstMember(t, same.Body)
		}
		told(t, r.bare, path, same)
		one, err := r.api.open(s.Pid(r.apiName), connections, compose(r.api, http.MethodGet, path, login, nil))
		defer one.close()
		require.NoError(t, err)
		other, err := r.bare.open(s.Pid(r.bareName), connections, compose(r.bare, http.MethodGet, path, "", nil))
		defer other.close()
		require.NoError(t, err)
		require.NoError(t, compare(one, other, b.slice, b.rounds))
		row := Read{
			Fleet: fleet, Resource: resource, Bytes: len(same.Body), TLS: r.tls, Login: loginName, Connections: connections,
			API: one.result(), Bare: other.result(),
		}
		row.Throughput = row.API.PerSecond / row.Bare.PerSecond
		if row.API.CPU > 0 {
			row.Work = float64(row.Bare.CPU) / float64(row.API.CPU)
		}
		b.report.Reads = append(b.report.Reads, row)
	}
}

// told tells a bare handler what to send.
func told(t testing.TB, e endpoint, path string, same bareAnswer) {
	w, err := e.dial()
	require.NoError(t, err)
	defer w.Close()
	text, err := json.Marshal(same)
	require.NoError(t, err)
	_, err = w.expect(http.StatusOK, compose(e, http.MethodPut, path, "", text))
	require.NoError(t, err)
	answer, err := w.expect(http.StatusOK, compose(e, http.MethodGet, path, "", nil))
	require.NoError(t, err)
	require.True(t, bytes.Equal(same.Body, answer.Body()))
	for _, line := range same.Header {
		require.Equal(t, line[1], string(answer.Header.Peek(line[0])), line[0])
	}
}
