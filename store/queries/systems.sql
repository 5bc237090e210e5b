-- name: SystemByID :one
SELECT * FROM systems
WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[]));

-- name: SystemByName :one
SELECT * FROM systems
WHERE name = @name AND (@everything::boolean OR project_id = ANY (@projects::uuid[]));

-- name: ListSystems :many
SELECT sqlc.embed(systems), (
    SELECT count(*) FROM systems AS s
    WHERE @everything::boolean OR s.project_id = ANY (@projects::uuid[])
) AS total
FROM systems
WHERE @everything::boolean OR project_id = ANY (@projects::uuid[])
ORDER BY created_at, id
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: SystemIDs :many
SELECT id, (
    SELECT count(*) FROM systems AS s
    WHERE @everything::boolean OR s.project_id = ANY (@projects::uuid[])
) AS total
FROM systems
WHERE @everything::boolean OR project_id = ANY (@projects::uuid[])
ORDER BY created_at, id
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: SystemIDsWith :many
-- What is null is not compared. total counts before the page is cut out.
SELECT id, count(*) OVER () AS total
FROM systems
WHERE (@everything::boolean OR project_id = ANY (@projects::uuid[]))
    AND (sqlc.narg('name')::text IS NULL OR name = sqlc.narg('name'))
    AND (sqlc.narg('asset_tag')::text IS NULL OR asset_tag = sqlc.narg('asset_tag'))
    AND (sqlc.narg('power')::text IS NULL OR power_state = sqlc.narg('power'))
    AND (sqlc.narg('phase')::text IS NULL OR phase = sqlc.narg('phase'))
    AND (sqlc.narg('host_id')::text IS NULL OR host_id = sqlc.narg('host_id'))
    AND (sqlc.narg('project_id')::text IS NULL OR project_id::text = sqlc.narg('project_id'))
    AND (sqlc.narg('adopted')::boolean IS NULL OR (machine -> 'adopted' IS NOT NULL) = sqlc.narg('adopted'))
ORDER BY created_at, id
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: CountSystems :one
SELECT count(*) FROM systems
WHERE @everything::boolean OR project_id = ANY (@projects::uuid[]);

-- name: InsertSystem :one
INSERT INTO systems (
    id, name, project_id, phase, cpus, memory_mib, disk_gib, image_id, network, mac,
    asset_tag, labels, machine, placement, power
) VALUES (
    @id, @name, @project_id, @phase, @cpus, @memory_mib, @disk_gib, sqlc.narg('image_id'), @network, @mac,
    @asset_tag, @labels, @machine, @placement, @power
)
RETURNING *;

-- name: SystemToChange :one
-- The row stays as it is until the transaction ends.
SELECT * FROM systems
WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[]))
FOR NO KEY UPDATE;

-- name: ChangeSystem :one
UPDATE systems
SET asset_tag = @asset_tag, cpus = @cpus, memory_mib = @memory_mib, labels = @labels, machine = @machine, placement = @placement, running = @running,
    revision = revision + 1, updated_at = now()
WHERE id = @id
RETURNING *;

-- name: ConfigurationWaits :one
-- Whether a task that has not begun will tell the host what the system is to be.
SELECT EXISTS (
    SELECT FROM tasks WHERE target_kind = 'system' AND target_id = @id AND state = 'Pending' AND operation = @configure
);

-- name: SystemAsTarget :one
-- The row stays as it is until the transaction ends.
SELECT project_id, name, phase FROM systems WHERE id = @id FOR NO KEY UPDATE;

-- name: SetSystemPhase :execrows
UPDATE systems SET phase = @phase, revision = revision + 1, updated_at = now()
WHERE id = @id AND phase = @was;

-- name: ReturnSystem :exec
-- Gives a system that was not deleted after all the phase it had before.
UPDATE systems
SET phase = CASE WHEN EXISTS (
        SELECT FROM tasks
        WHERE target_kind = 'system' AND target_id = systems.id AND operation = @provision
            AND state IN ('New', 'Running', 'Suspended', 'Cancelling')
    ) THEN 'Provisioning' ELSE 'Ready' END,
    revision = revision + 1, updated_at = now()
WHERE systems.id = @id AND systems.phase = 'Deleting';

-- name: DeleteSystem :execrows
DELETE FROM systems WHERE id = @id;

-- name: SystemToPlace :one
-- The row stays as it is until the transaction ends.
SELECT * FROM systems WHERE id = @id FOR NO KEY UPDATE;

-- name: TakenNames :many
SELECT name FROM systems WHERE name = ANY (@names::text[]) ORDER BY name;

-- name: SystemsThatAre :many
-- What is unique in the fleet, whoever it belongs to.
SELECT id, name, mac FROM systems
WHERE id = ANY (@ids::uuid[]) OR name = ANY (@names::text[]) OR (mac <> '' AND mac = ANY (@macs::text[]))
ORDER BY name;

-- name: AimSystem :exec
-- Where the task that has its turn takes the system's power: its type of reset has a goal, or it has none.
WITH aim AS (
    SELECT s.id, coalesce((
        SELECT CASE WHEN g.goal <> 'Toggle' THEN g.goal WHEN s.power = 'Off' THEN 'On' ELSE 'Off' END
        FROM tasks JOIN (SELECT unnest(@types::text[]) AS type, unnest(@goals::text[]) AS goal) AS g ON g.type = tasks.input ->> 'type'
        WHERE tasks.target_kind = 'system' AND tasks.target_id = s.id AND tasks.operation = @reset
            AND tasks.state IN ('New', 'Running', 'Suspended', 'Cancelling')
    ), '') AS goal
    FROM systems AS s WHERE s.id = @id
)
UPDATE systems SET power_goal = aim.goal,
    revision = revision + (power_state(systems.power, aim.goal) <> systems.power_state)::integer,
    updated_at = CASE WHEN power_state(systems.power, aim.goal) <> systems.power_state THEN now() ELSE systems.updated_at END
FROM aim WHERE systems.id = aim.id AND systems.power_goal <> aim.goal;

-- name: SystemsOn :many
SELECT id FROM systems WHERE host_id = @host_id ORDER BY id;
