package bench

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// fill makes the fleet n systems large, without provisioning them: they are on a host that
// nobody serves, so nobody looks after them, or misses them.
func fill(t testing.TB, database string, n int) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), database)
	require.NoError(t, err)
	defer func() { _ = c.Close(t.Context()) }()
	_, err = c.Exec(t.Context(), `INSERT INTO hosts (id, uri, facts, seen_at) VALUES ('nowhere', 'nowhere:', '{}', 'epoch') ON CONFLICT DO NOTHING`)
	require.NoError(t, err)
	_, err = c.Exec(t.Context(), `
		INSERT INTO systems (id, name, project_id, host_id, phase, cpus, memory_mib, disk_gib, network, mac,
			asset_tag, machine, power, observed_at)
		SELECT gen_random_uuid(), 'machine-' || i, p.id, 'nowhere', 'Ready', 4, 16384, 100, 'default',
			'52:54:00:' || regexp_replace(lpad(to_hex(i), 6, '0'), '(..)(..)(..)', '\1:\2:\3'), '', '{"boot": {"primary": "Hdd"}}', 'On', now()
		FROM projects p, generate_series((SELECT count(*) FROM systems) + 1, $1::bigint) i WHERE p.name = 'default'`, n)
	require.NoError(t, err)
}
