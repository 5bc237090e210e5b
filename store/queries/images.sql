-- name: ImageByID :one
SELECT * FROM images
WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[]));

-- name: ImageByVersion :one
-- Two projects may each have such an image; the newer one is meant.
SELECT * FROM images
WHERE name = @name AND version = @version AND (@everything::boolean OR project_id = ANY (@projects::uuid[]))
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: NewestImage :one
SELECT * FROM images
WHERE name = @name AND phase = 'Ready' AND (@everything::boolean OR project_id = ANY (@projects::uuid[]))
ORDER BY created_at DESC, id DESC
LIMIT 1;

-- name: ListImages :many
SELECT sqlc.embed(images), (
    SELECT count(*) FROM images AS i
    WHERE @everything::boolean OR i.project_id = ANY (@projects::uuid[])
) AS total
FROM images
WHERE @everything::boolean OR project_id = ANY (@projects::uuid[])
ORDER BY created_at, id
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: ImageIDsWith :many
-- What is null is not compared. total counts before the page is cut out.
SELECT id, count(*) OVER () AS total
FROM images
WHERE (@everything::boolean OR project_id = ANY (@projects::uuid[]))
    AND (sqlc.narg('name')::text IS NULL OR name = sqlc.narg('name'))
    AND (sqlc.narg('version')::text IS NULL OR version = sqlc.narg('version'))
    AND (sqlc.narg('sha256')::text IS NULL OR nullif(sha256, '') = sqlc.narg('sha256'))
    AND (sqlc.narg('format')::text IS NULL OR format = sqlc.narg('format'))
    AND (sqlc.narg('phase')::text IS NULL OR phase = sqlc.narg('phase'))
    AND (sqlc.narg('project_id')::text IS NULL OR project_id::text = sqlc.narg('project_id'))
ORDER BY created_at, id
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: CountImages :one
SELECT count(*) FROM images
WHERE @everything::boolean OR project_id = ANY (@projects::uuid[]);

-- name: InsertImage :one
INSERT INTO images (id, project_id, name, version, url, sha256, format, phase)
VALUES (@id, @project_id, @name, @version, @url, @sha256, @format, @phase)
RETURNING *;

-- name: ImageAsTarget :one
-- The row stays as it is until the transaction ends.
SELECT project_id, name, phase FROM images WHERE id = @id FOR NO KEY UPDATE;

-- name: ImageToClone :one
-- The row stays as it is until the transaction ends; others may clone it meanwhile.
SELECT phase FROM images WHERE id = @id FOR SHARE;

-- name: ImageInUse :one
SELECT EXISTS (SELECT FROM systems WHERE image_id = @id::uuid);

-- name: SetImagePhase :execrows
UPDATE images SET phase = @phase, revision = revision + 1, updated_at = now()
WHERE id = @id AND phase = @was;

-- name: ReturnImage :exec
-- Gives an image that was not deleted after all the phase it had before.
UPDATE images
SET phase = CASE WHEN EXISTS (
        SELECT FROM tasks
        WHERE target_kind = 'image' AND target_id = images.id AND operation = @import
            AND state IN ('New', 'Running', 'Suspended', 'Cancelling')
    ) THEN 'Importing' ELSE 'Ready' END,
    revision = revision + 1, updated_at = now()
WHERE images.id = @id AND images.phase = 'Deleting';

-- name: ImageImported :exec
-- An image that is being deleted by now stays so.
UPDATE images
SET sha256 = coalesce(sqlc.narg('sha256'), sha256),
    size_bytes = coalesce(sqlc.narg('size_bytes'), size_bytes),
    virtual_bytes = coalesce(sqlc.narg('virtual_bytes'), virtual_bytes),
    phase = CASE phase WHEN 'Importing' THEN 'Ready' ELSE phase END,
    revision = revision + 1, updated_at = now()
WHERE id = @id;

-- name: DeleteImage :execrows
DELETE FROM images WHERE id = @id;
