-- name: RecordMetrics :exec
INSERT INTO metrics AS m (system_id, slot, at, simulated, cpu, memory, read, written, reads, writes, received, sent)
SELECT s.id, @slot, @at, @simulated, n.cpu, n.memory, n.read, n.written, n.reads, n.writes, n.received, n.sent
FROM (
    SELECT unnest(@ids::uuid[]) AS id, unnest(@cpu::bigint[]) AS cpu, unnest(@memory::bigint[]) AS memory,
        unnest(@read::bigint[]) AS read, unnest(@written::bigint[]) AS written, unnest(@reads::bigint[]) AS reads,
        unnest(@writes::bigint[]) AS writes, unnest(@received::bigint[]) AS received, unnest(@sent::bigint[]) AS sent
) AS n
JOIN systems s ON s.id = n.id AND s.host_id = @host
ORDER BY s.id -- so that two batches never wait for each other
ON CONFLICT (system_id, slot) DO UPDATE SET
    at = excluded.at, simulated = excluded.simulated, cpu = excluded.cpu, memory = excluded.memory, read = excluded.read,
    written = excluded.written, reads = excluded.reads, writes = excluded.writes, received = excluded.received, sent = excluded.sent
WHERE m.at < excluded.at;

-- name: ListMetrics :many
-- The last two readings of each system.
SELECT s.id, s.cpus, r.at, r.simulated, r.cpu, r.memory, r.read, r.written, r.reads, r.writes, r.received, r.sent
FROM (
    SELECT visible.id, visible.cpus, visible.created_at FROM systems AS visible
    WHERE (@everything::boolean OR visible.project_id = ANY (@projects::uuid[]))
        AND EXISTS (SELECT FROM metrics AS told WHERE told.system_id = visible.id AND told.at > @since)
    ORDER BY visible.created_at, visible.id LIMIT @at_most
) AS s
CROSS JOIN LATERAL (
    SELECT * FROM metrics WHERE metrics.system_id = s.id AND metrics.at > @since ORDER BY metrics.at DESC LIMIT 2
) AS r
ORDER BY s.created_at, s.id, r.at DESC;

-- name: MetricsOf :many
SELECT s.id, s.cpus, r.at, r.simulated, r.cpu, r.memory, r.read, r.written, r.reads, r.writes, r.received, r.sent
FROM metrics AS r JOIN systems s ON s.id = r.system_id
WHERE r.system_id = @system_id AND r.at > now() - interval '1 hour'
ORDER BY r.at DESC;

-- name: DropMetrics :exec
DELETE FROM metrics WHERE system_id = @system_id;
