-- name: LockPlacement :exec
-- Whoever gives away room on hosts does so alone. It comes before every row.
SELECT pg_advisory_xact_lock(hashtextextended('hawkfish placement', 0));

-- name: Candidates :many
-- What a decision needs to know of hosts besides what they have said of themselves, which is known by its revision.
SELECT h.id, h.state, h.revision, h.load, coalesce(extract(epoch FROM now() - h.seen_at), 1e9)::double precision AS silence,
    coalesce(a.systems, 0)::bigint AS systems, coalesce(a.cpus, 0)::bigint AS cpus,
    coalesce(a.memory_mib, 0)::bigint AS memory_mib, coalesce(a.disk_gib, 0)::bigint AS disk_gib
FROM hosts AS h LEFT JOIN allocations a ON a.host_id = h.id
ORDER BY h.id;

-- name: HostsByID :many
SELECT * FROM hosts WHERE id = ANY (@ids::text[]);

-- name: GroupMates :many
-- How many systems of a group are on each host, or on their way to it, and whether one of them keeps the others away.
SELECT at.host_id::text AS host_id, count(*) AS mates, coalesce(bool_or((at.placement ->> 'anti_affinity')::boolean), false)::boolean AS apart
FROM (
    SELECT s.host_id, s.placement FROM systems AS s
    WHERE s.project_id = @project_id AND s.placement ->> 'group' = @in_group::text AND s.id::text <> @system_id::text AND s.host_id IS NOT NULL
    UNION ALL
    SELECT r.host_id, s.placement FROM reservations AS r JOIN systems AS s ON s.id = r.system_id
    WHERE s.project_id = @project_id AND s.placement ->> 'group' = @in_group::text AND s.id::text <> @system_id::text
) AS at
GROUP BY at.host_id;

-- name: PlaceSystem :exec
UPDATE systems SET host_id = @host_id, revision = revision + 1, updated_at = now() WHERE id = @id;

-- name: ReservationOf :one
SELECT * FROM reservations WHERE system_id = @system_id AND expires_at > now();

-- name: KeepReservation :exec
INSERT INTO reservations (system_id, host_id, cpus, memory_mib, disk_gib, expires_at)
VALUES (@system_id, @host_id, @cpus, @memory_mib, @disk_gib, now() + make_interval(secs => @lifetime::double precision))
ON CONFLICT (system_id) DO UPDATE
SET host_id = excluded.host_id, cpus = excluded.cpus, memory_mib = excluded.memory_mib, disk_gib = excluded.disk_gib,
    expires_at = excluded.expires_at, revision = reservations.revision + 1, updated_at = now();

-- name: DropReservation :execrows
DELETE FROM reservations WHERE system_id = @system_id;

-- name: DropExpiredReservations :execrows
DELETE FROM reservations WHERE expires_at <= now();

-- name: PlacedSystems :many
-- The systems that may be moved.
SELECT * FROM systems WHERE host_id IS NOT NULL AND phase = 'Ready'
    AND NOT EXISTS (SELECT FROM reservations AS r WHERE r.system_id = systems.id)
ORDER BY host_id, id;
