-- Tasks that are part of another one.

-- name: ListSubTasks :many
SELECT sqlc.embed(tasks), count(*) OVER () AS total
FROM tasks
WHERE parent_id = @parent_id::uuid
ORDER BY accepted
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: CountSubTasks :one
SELECT count(*) FROM tasks WHERE parent_id = @parent_id::uuid;

-- name: TallySubTasks :many
SELECT state, count(*) FROM tasks WHERE parent_id = @parent_id::uuid GROUP BY state;

-- name: OpenSubTasks :many
SELECT * FROM tasks WHERE parent_id = @parent_id::uuid AND ended_at IS NULL ORDER BY accepted;

-- name: ClaimUntold :many
UPDATE tasks SET claimed_until = now() + make_interval(secs => @lease::double precision)
WHERE id IN (
    SELECT over.id FROM tasks AS over
    WHERE over.parent_id IS NOT NULL AND over.ended_at IS NOT NULL AND over.told_at IS NULL
        AND (over.claimed_until IS NULL OR over.claimed_until < now())
    ORDER BY over.accepted LIMIT @at_most FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING *;

-- name: MarkTold :exec
UPDATE tasks SET told_at = now(), claimed_until = NULL WHERE id = ANY (@ids::uuid[]);
