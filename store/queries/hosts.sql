-- name: HostByID :one
SELECT sqlc.embed(hosts), coalesce(a.systems, 0)::bigint AS systems, coalesce(a.cpus, 0)::bigint AS cpus,
    coalesce(a.memory_mib, 0)::bigint AS memory_mib, coalesce(a.disk_gib, 0)::bigint AS disk_gib
FROM hosts LEFT JOIN allocations a ON a.host_id = hosts.id
WHERE hosts.id = @id;

-- name: ListHosts :many
SELECT sqlc.embed(hosts), coalesce(a.systems, 0)::bigint AS systems, coalesce(a.cpus, 0)::bigint AS cpus,
    coalesce(a.memory_mib, 0)::bigint AS memory_mib, coalesce(a.disk_gib, 0)::bigint AS disk_gib
FROM hosts LEFT JOIN allocations a ON a.host_id = hosts.id
ORDER BY hosts.id;

-- name: HostToChange :one
-- The row stays as it is until the transaction ends.
SELECT sqlc.embed(hosts), coalesce(a.systems, 0)::bigint AS systems, coalesce(a.cpus, 0)::bigint AS cpus,
    coalesce(a.memory_mib, 0)::bigint AS memory_mib, coalesce(a.disk_gib, 0)::bigint AS disk_gib,
    coalesce(extract(epoch FROM now() - hosts.seen_at), 1e9)::double precision AS silence
FROM hosts LEFT JOIN allocations a ON a.host_id = hosts.id
WHERE hosts.id = @id
FOR NO KEY UPDATE OF hosts;

-- name: InsertHost :execrows
-- No row: there is one of this name.
INSERT INTO hosts (id, uri, state, resumes, labels, taints, overcommit, fencing, join_key, facts, load, seen_at)
VALUES (@id, @uri, @state, @resumes, @labels, @taints, @overcommit, @fencing, @join_key, @facts, @load, CASE WHEN @seen::boolean THEN now() END)
ON CONFLICT (id) DO NOTHING;

-- name: ChangeHost :exec
-- What hosts and operators change. load alone is no change that anybody has to hear of.
UPDATE hosts
SET uri = @uri, facts = @facts, load = @load, seen_at = CASE WHEN @seen::boolean THEN now() ELSE seen_at END, state = @state, resumes = @resumes, cause = @cause,
    labels = @labels, taints = @taints, overcommit = @overcommit, fencing = @fencing, join_key = @join_key,
    state_since = CASE WHEN state <> @state THEN now() ELSE state_since END,
    revision = revision + changed.really::integer,
    updated_at = CASE WHEN changed.really THEN now() ELSE updated_at END
FROM (
    SELECT (old.uri, old.facts, old.state, old.resumes, old.cause, old.labels, old.taints, old.overcommit, old.fencing, old.join_key)
        IS DISTINCT FROM (@uri, @facts, @state, @resumes, @cause, @labels, @taints, @overcommit, @fencing, @join_key) AS really
    FROM hosts AS old WHERE old.id = @id
) AS changed
WHERE hosts.id = @id;

-- name: DeleteHost :exec
DELETE FROM hosts WHERE id = @id;

-- name: SilentHosts :many
-- Those that nobody else looks after now. They stay as they are until the transaction ends.
SELECT sqlc.embed(hosts), coalesce(a.systems, 0)::bigint AS systems, coalesce(a.cpus, 0)::bigint AS cpus,
    coalesce(a.memory_mib, 0)::bigint AS memory_mib, coalesce(a.disk_gib, 0)::bigint AS disk_gib
FROM hosts LEFT JOIN allocations a ON a.host_id = hosts.id
WHERE hosts.state = ANY (@states::text[]) AND hosts.seen_at < now() - make_interval(secs => @silence::double precision)
ORDER BY hosts.id
FOR NO KEY UPDATE OF hosts SKIP LOCKED;

-- name: LongestSilence :one
-- In seconds, of the hosts that are in one of the states.
SELECT coalesce(max(extract(epoch FROM now() - seen_at)), 0)::double precision FROM hosts WHERE state = ANY (@states::text[]);

-- name: CountSystemsByHost :many
SELECT coalesce(host_id, '')::text AS host_id, phase, power_state, count(*) AS count FROM systems GROUP BY host_id, phase, power_state;
