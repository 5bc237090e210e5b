package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// A machine that has long been silent gives its name to another one, unless it has systems: their disks are on it.
func TestSilentHostsGiveWay(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t)
	s := storetest.Open(t, dsn, store.Options{})
	conn, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer conn.Close(t.Context())
	announce := func(machine string) error {
		facts := hawkfish.HostFacts{Machine: machine, Capacity: hawkfish.Resources{CPUs: 8, MemoryMiB: 1 << 20, DiskGiB: 1 << 10}, Networks: []string{"default"}}
		return s.AnnounceHost(t.Context(), hawkfish.Announcement{HostID: "kvm1", URI: "qemu:///system", Facts: facts})
	}
	silent := func() {
		_, err := conn.Exec(t.Context(), "UPDATE hosts SET seen_at = now() - interval '1 hour'")
		require.NoError(t, err)
	}
	require.NoError(t, announce("m1"))
	require.Equal(t, hawkfish.Conflict, hawkfish.KindOf(announce("m2")))
	silent()
	require.NoError(t, announce("m2"))
	require.Equal(t, hawkfish.Conflict, hawkfish.KindOf(announce("m1")))

	sys := fleet(t, s).Ready(t, "web1", nil)
	host, err := s.PlaceSystem(t.Context(), sys.ID)
	require.NoError(t, err)
	require.Equal(t, "kvm1", host)
	silent()
	require.Equal(t, hawkfish.Conflict, hawkfish.KindOf(announce("m1")))
	require.NoError(t, announce("m2"))
}
