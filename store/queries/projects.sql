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
