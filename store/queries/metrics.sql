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
-- The last two readings of each system. One pass over the readings: those of one system alone are never many.
SELECT s.id, s.cpus, r.at, r.simulated, r.cpu, r.memory, r.read, r.written, r.reads, r.writes, r.received, r.sent
FROM (
    SELECT m.system_id, m.at, m.simulated, m.cpu, m.memory, m.read, m.written, m.reads, m.writes, m.received, m.sent,
        row_number() OVER (PARTITION BY m.system_id ORDER BY m.at DESC) AS nth
    FROM metrics AS m WHERE m.at > @since
) AS r
JOIN systems AS s ON s.id = r.system_id
WHERE r.nth <= 2 AND (@everything::boolean OR s.project_id = ANY (@projects::uuid[]))
ORDER BY s.created_at, s.id, r.at DESC
LIMIT @at_most;

-- name: MetricsOf :many
SELECT s.id, s.cpus, r.at, r.simulated, r.cpu, r.memory, r.read, r.written, r.reads, r.writes, r.received, r.sent
FROM metrics AS r JOIN systems s ON s.id = r.system_id
WHERE r.system_id = @system_id AND r.at > now() - interval '1 hour'
ORDER BY r.at DESC;

-- name: DropMetrics :exec
DELETE FROM metrics WHERE system_id = @system_id;
