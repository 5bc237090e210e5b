-- name: ProfileByID :one
SELECT * FROM profiles
WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[]));

-- name: ProfilesByName :many
-- Several projects may each have one of this name.
SELECT * FROM profiles
WHERE name = @name AND (@everything::boolean OR project_id = ANY (@projects::uuid[]))
LIMIT 2;

-- name: ProfileToChange :one
SELECT * FROM profiles
WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[]))
FOR NO KEY UPDATE;

-- name: ListProfiles :many
SELECT sqlc.embed(profiles), count(*) OVER () AS total
FROM profiles
WHERE @everything::boolean OR project_id = ANY (@projects::uuid[])
ORDER BY created_at, id
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: CountProfiles :one
SELECT count(*) FROM profiles
WHERE @everything::boolean OR project_id = ANY (@projects::uuid[]);

-- name: InsertProfile :one
INSERT INTO profiles (id, project_id, name, cpus, memory_mib, disk_gib, image, network, boot_primary, firmware, labels)
VALUES (@id, @project_id, @name, @cpus, @memory_mib, @disk_gib, @image, @network, @boot_primary, @firmware, @labels)
RETURNING *;

-- name: ChangeProfile :one
UPDATE profiles
SET name = @name, cpus = @cpus, memory_mib = @memory_mib, disk_gib = @disk_gib, image = @image, network = @network,
    boot_primary = @boot_primary, firmware = @firmware, labels = @labels, revision = revision + 1, updated_at = now()
WHERE id = @id
RETURNING *;

-- name: DeleteProfile :execrows
DELETE FROM profiles
WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[])) AND (@expected::bigint = 0 OR revision = @expected);
