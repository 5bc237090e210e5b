-- name: HostByID :one
-- A guest that has not given back yet what its system is to have no longer still takes it.
SELECT sqlc.embed(hosts), coalesce(sum(greatest(s.cpus, (s.running ->> 'cpus')::bigint)), 0)::bigint AS cpus,
    coalesce(sum(greatest(s.memory_mib, (s.running ->> 'memory_mib')::bigint)), 0)::bigint AS memory_mib, coalesce(sum(s.disk_gib), 0)::bigint AS disk_gib
FROM hosts LEFT JOIN systems s ON s.host_id = hosts.id
WHERE hosts.id = @id
GROUP BY hosts.id;

-- name: ListHosts :many
SELECT sqlc.embed(hosts), extract(epoch FROM now() - hosts.seen_at)::double precision AS silence,
    coalesce(sum(greatest(s.cpus, (s.running ->> 'cpus')::bigint)), 0)::bigint AS cpus,
    coalesce(sum(greatest(s.memory_mib, (s.running ->> 'memory_mib')::bigint)), 0)::bigint AS memory_mib, coalesce(sum(s.disk_gib), 0)::bigint AS disk_gib
FROM hosts LEFT JOIN systems s ON s.host_id = hosts.id
GROUP BY hosts.id
ORDER BY hosts.id;

-- name: LockHosts :exec
-- Whoever places systems does so alone.
SELECT FROM hosts ORDER BY id FOR NO KEY UPDATE;

-- name: AnnounceHost :execrows
-- No row: another machine has the name. One that has long been silent, and has no systems, gives way.
INSERT INTO hosts (id, uri, facts, seen_at) VALUES (@id, @uri, @facts, now())
ON CONFLICT (id) DO UPDATE
SET uri = excluded.uri, facts = excluded.facts, seen_at = excluded.seen_at,
    revision = hosts.revision + ((hosts.uri, hosts.facts) IS DISTINCT FROM (excluded.uri, excluded.facts))::integer,
    updated_at = CASE WHEN (hosts.uri, hosts.facts) IS DISTINCT FROM (excluded.uri, excluded.facts) THEN now() ELSE hosts.updated_at END
WHERE coalesce(hosts.facts ->> 'machine', '') IN ('', excluded.facts ->> 'machine') OR coalesce(excluded.facts ->> 'machine', '') = ''
    OR hosts.seen_at < now() - make_interval(secs => @silence::double precision) AND NOT EXISTS (SELECT FROM systems WHERE host_id = hosts.id);
