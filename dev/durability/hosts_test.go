package durability

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/dev/stack"
)

const hostsURI = "/redfish/v1/Oem/HawkFish/Hosts/"

// soonSilent is how long it takes until silence is noticed.
const soonSilent = hawkfish.HostSilence + 15*time.Second

// becomes waits until a host is in a state.
func (f *fleet) becomes(host string, state hawkfish.HostState, within time.Duration) {
	f.t.Helper()
	f.eventually(within, func(ctx context.Context) error {
		answer, err := f.Do(ctx, http.MethodGet, hostsURI+host, nil)
		if err != nil {
			return err
		}
		h, err := f.Store.FindHost(ctx, host)
		if err == nil && h.State != state {
			err = fmt.Errorf("%s is %s, for %q; shown: %s", host, h.State, h.Cause, answer.Body)
		}
		return err
	})
}

// A host that is killed, and one whose worker has not the token that it needs, become Unreachable; nothing is placed there any more. With the
// token, and its life, they are Enabled again.
func TestHostsFallSilentAndComeBack(t *testing.T) {
	t.Parallel()
	f := &fleet{Stack: stack.Start(t, stack.Options{SimulatedHosts: 2}), t: t}
	renewed := f.Post(hostsURI+"sim1/Actions/HawkFishHost.RenewToken", map[string]any{})
	require.Equal(t, http.StatusOK, renewed.Status, renewed)
	var shown struct{ JoinToken string }
	require.NoError(t, renewed.Into(&shown))
	require.NotEmpty(t, shown.JoinToken)

	f.becomes("sim1", hawkfish.HostUnreachable, soonSilent)
	f.becomes("sim2", hawkfish.HostEnabled, promptly)
	f.must(f.post(systemsURI, map[string]any{"Name": "web1", "Network": "none"}))
	require.Equal(t, "sim2", f.Get(systemsURI + "/web1")["Oem"].(map[string]any)["HawkFish"].(map[string]any)["Host"])

	f.SetEnv("HAWKFISH_HOST_TOKENS", "sim1="+shown.JoinToken, stack.Simulated)
	f.SetEnv("HAWKFISH_HOST_REGISTRATION", "required", stack.Worker)
	f.Kill(stack.Worker)
	f.Kill(stack.Simulated)
	f.Start(stack.Worker)
	f.Start(stack.Simulated)
	f.becomes("sim1", hawkfish.HostEnabled, within)
	f.becomes("sim2", hawkfish.HostUnreachable, soonSilent) // it has no token
	f.becomes("sim1", hawkfish.HostEnabled, promptly)
	f.must(f.post(systemsURI, map[string]any{"Name": "web2", "Network": "none"}))
	require.Equal(t, "sim1", f.Get(systemsURI + "/web2")["Oem"].(map[string]any)["HawkFish"].(map[string]any)["Host"])

	kinds := map[string]int{}
	events, err := f.Store.ReadEvents(t.Context(), 0, 1000)
	require.NoError(t, err)
	for _, e := range events {
		if e.Origin.Kind == hawkfish.TargetHost {
			kinds[e.Origin.ID+" "+string(e.Kind)]++
		}
	}
	require.Equal(t, map[string]int{"sim1 HostUnreachable": 1, "sim1 HostReachable": 1, "sim2 HostUnreachable": 1}, kinds)
}
