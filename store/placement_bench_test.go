package store_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// BenchmarkPlacement decides where systems go in a fleet of 50 hosts and 10,000 systems, and takes them away again.
func BenchmarkPlacement(b *testing.B) {
	const hosts, systems = 50, 10_000
	dsn := storetest.DSN(b)
	s := storetest.Open(b, dsn, store.Options{})
	f := fleet(b, s)
	conn, err := pgx.Connect(b.Context(), dsn)
	require.NoError(b, err)
	defer conn.Close(b.Context())
	for i := range hosts {
		software := make([]hawkfish.Software, 10)
		for n := range software {
			software[n] = hawkfish.Software{ID: fmt.Sprint("software", n), Name: "Some software", Version: "1.2.3-4", Vendor: "Somebody"}
		}
		require.NoError(b, f.AnnounceHost(b.Context(), hawkfish.Announcement{HostID: fmt.Sprintf("h%02d", i), URI: "qemu:///system", Facts: hawkfish.HostFacts{
			Capacity: hawkfish.Resources{CPUs: 1024, MemoryMiB: 1 << 20, DiskGiB: 1 << 20}, Networks: []string{"default"}, Software: software,
			Sensors: make([]hawkfish.Sensor, 20),
		}}))
	}
	_, err = conn.Exec(b.Context(), `
		INSERT INTO systems (id, name, project_id, host_id, phase, cpus, memory_mib, disk_gib, network, mac, asset_tag, machine, placement, power)
		SELECT gen_random_uuid(), 's' || n, $1, 'h' || lpad((n % $2)::text, 2, '0'), 'Ready', 1, 512, 10, 'default', '', '', '{}',
			CASE WHEN n % 10 = 0 THEN jsonb_build_object('group', 'g' || n % 100) ELSE '{}' END, 'On'
		FROM generate_series(1, $3) AS n`, f.Project, hosts, systems)
	require.NoError(b, err)
	_, err = conn.Exec(b.Context(), "ANALYZE")
	require.NoError(b, err)
	fresh, _ := f.Provisioning(b, "fresh", nil)
	for name, wants := range map[string]string{"spread": "{}", "least-loaded": `{"policy": "LeastLoaded"}`, "group": `{"group": "fresh", "anti_affinity": true}`} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				_, err := conn.Exec(b.Context(), "UPDATE systems SET host_id = NULL, placement = $2 WHERE id = $1", fresh.ID, wants)
				require.NoError(b, err)
				b.StartTimer()
				_, err = f.PlaceSystem(b.Context(), fresh.ID)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
		})
	}
	b.Run("explain", func(b *testing.B) {
		for b.Loop() {
			_, err := f.ExplainPlacement(b.Context(), hawkfish.WishOf(fresh))
			require.NoError(b, err)
		}
	})
	b.Run("rebalance", func(b *testing.B) {
		for b.Loop() {
			_, err := f.PlanRebalance(b.Context(), 100)
			require.NoError(b, err)
		}
	})
}
