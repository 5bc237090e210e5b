package durability

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish/dev/stack"
)

// What guests do by themselves while their host's worker is dead is seen when it is back, and what they were to get with their next boot
// they have got.
func TestGuestsActWhileTheirWorkerIsDead(t *testing.T) {
	f, hosts := labFleet(t, 1)
	worker := stack.HostProcess(hosts[0].Name)
	names := f.guests(3)
	rests, reboots, renews := names[0], names[1], names[2]
	keys := map[string]byte{rests: keyOff, reboots: keyReboot, renews: keyReboot}
	f.must(changing("", map[string]any{"Boot": map[string]any{"BootSourceOverrideEnabled": "Once", "BootSourceOverrideTarget": "Hdd"}})(f, renews))
	lines := map[string]console{}
	for _, name := range names {
		id := f.idOf(name)
		f.eventually(within, func(context.Context) error { return f.ranAs(id, &ran{Boots: 1}) })
		lines[name] = openConsole(t, hosts[0], id)
		defer lines[name].close()
	}
	f.Kill(worker)
	for name, line := range lines {
		line.does(keys[name])
	}
	f.eventually(within, func(context.Context) error { return f.ranAs(f.idOf(reboots), &ran{Boots: 2}) })
	f.Start(worker)
	f.WaitReady(worker)

	f.eventually(within, func(ctx context.Context) error {
		power := map[string]string{}
		for _, name := range names {
			power[name] = f.shows(name).PowerState
		}
		s, err := f.Store.FindSystem(ctx, everything, renews)
		if err == nil && (power[rests] != "Off" || power[reboots] != "On" || power[renews] != "On" || s.Machine.Boot.Override.Active() || s.Running != nil) {
			err = fmt.Errorf("Redfish shows %v; %s is to have %+v", power, renews, s.Machine.Boot)
		}
		return err
	})
	there := f.hosts.look(t)
	for name, on := range map[string]bool{rests: false, reboots: true, renews: true} {
		found := there[f.idOf(name)]
		require.Len(t, found, 1, name)
		assert.Equal(t, on, found[0].On, name)
	}
	for _, name := range names { // and their power is whose it was
		f.must(f.reset(name, "PowerCycle"))
	}
	f.clear()
}
