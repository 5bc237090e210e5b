-- name: ProjectByID :one
SELECT * FROM projects
WHERE id = @id AND (@everything::boolean OR id = ANY (@projects::uuid[]));

-- name: ProjectByName :one
SELECT * FROM projects
WHERE name = @name AND (@everything::boolean OR id = ANY (@projects::uuid[]));

-- name: ListProjects :many
SELECT * FROM projects
WHERE @everything::boolean OR id = ANY (@projects::uuid[])
ORDER BY created_at, id;

-- name: InsertProject :one
INSERT INTO projects (id, name, description, labels, quotas)
VALUES (@id, @name, @description, @labels, @quotas)
RETURNING *;

-- name: UpdateProject :one
UPDATE projects
SET name = coalesce(sqlc.narg('name'), name), description = coalesce(sqlc.narg('description'), description),
    labels = coalesce(sqlc.narg('labels')::jsonb, labels), quotas = coalesce(sqlc.narg('quotas')::jsonb, quotas),
    revision = revision + 1, updated_at = now()
WHERE id = @id AND (@everything::boolean OR id = ANY (@projects::uuid[])) AND (@expected::bigint = 0 OR revision = @expected)
RETURNING *;

-- name: DeleteProject :execrows
DELETE FROM projects
WHERE id = @id AND (@everything::boolean OR id = ANY (@projects::uuid[])) AND (@expected::bigint = 0 OR revision = @expected);

-- name: QuotasOf :one
SELECT quotas FROM projects WHERE id = @id;

-- name: LockQuotas :one
-- Whoever adds to a project with quotas does so alone.
SELECT quotas FROM projects WHERE id = @id FOR NO KEY UPDATE;

-- name: UsageOf :one
SELECT count(*) AS systems, coalesce(sum(cpus), 0)::bigint AS cpus,
    coalesce(sum(memory_mib), 0)::bigint AS memory_mib, coalesce(sum(disk_gib), 0)::bigint AS disk_gib
FROM systems WHERE project_id = @project_id;
