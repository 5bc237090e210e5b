-- Ended: Completed, Exception, Cancelled. Holding its target: New, Running, Suspended, Cancelling.

-- name: LockTarget :exec
-- Whatever changes a target's queue holds this, whether the target's row exists or not.
SELECT pg_advisory_xact_lock(hashtextextended(@target::text, 0));

-- name: TaskByID :one
SELECT * FROM tasks
WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[]));

-- name: ListTasks :many
SELECT sqlc.embed(tasks), (
    SELECT count(*) FROM tasks AS t
    WHERE t.parent_id IS NULL AND (@everything::boolean OR t.project_id = ANY (@projects::uuid[]))
) AS total
FROM tasks
WHERE parent_id IS NULL AND (@everything::boolean OR project_id = ANY (@projects::uuid[]))
ORDER BY accepted DESC
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: TaskIDsWith :many
-- What is null is not compared. total counts before the page is cut out.
SELECT id, count(*) OVER () AS total
FROM tasks
WHERE parent_id IS NULL AND (@everything::boolean OR project_id = ANY (@projects::uuid[]))
    AND (sqlc.narg('state')::text IS NULL OR state = sqlc.narg('state'))
    AND (sqlc.narg('operation')::text IS NULL OR operation = sqlc.narg('operation'))
    AND (sqlc.narg('target_id')::text IS NULL OR target_id::text = sqlc.narg('target_id'))
    AND (sqlc.narg('target_name')::text IS NULL OR target_name = sqlc.narg('target_name'))
    AND (sqlc.narg('requester')::text IS NULL OR requester = sqlc.narg('requester'))
ORDER BY accepted DESC
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: CountTasks :one
SELECT count(*) FROM tasks
WHERE parent_id IS NULL AND (@everything::boolean OR project_id = ANY (@projects::uuid[]));

-- name: TaskHolding :one
SELECT * FROM tasks
WHERE target_kind = @target_kind AND target_id = @target_id AND state IN ('New', 'Running', 'Suspended', 'Cancelling');

-- name: Ejecting :one
-- Two looks rather than one, so that each has its partial index.
SELECT (EXISTS (
    SELECT FROM tasks AS w
    WHERE w.target_kind = @target_kind AND w.target_id = @target_id AND w.state = 'Pending'
        AND w.operation = @operation AND w.input->>'slot' = @slot::text
) OR EXISTS (
    SELECT FROM tasks AS h
    WHERE h.target_kind = @target_kind AND h.target_id = @target_id AND h.state IN ('New', 'Running', 'Suspended', 'Cancelling')
        AND h.operation = @operation AND h.input->>'slot' = @slot::text
))::boolean AS ejecting;

-- name: QueueOf :one
-- Two counts rather than one, so that each has its partial index, however many tasks have ended.
SELECT (
    SELECT count(*) FROM tasks AS w
    WHERE w.target_kind = @target_kind AND w.target_id = @target_id AND w.state = 'Pending'
) AS waiting, (
    SELECT count(*) FROM tasks AS h
    WHERE h.target_kind = @target_kind AND h.target_id = @target_id AND h.state IN ('New', 'Running', 'Suspended', 'Cancelling')
) AS holding;

-- name: InsertTask :one
INSERT INTO tasks (id, parent_id, parts, project_id, operation, target_kind, target_id, target_name, requester, state, input, payload, started_at)
VALUES (@id, sqlc.narg('parent_id'), @parts, @project_id, @operation, @target_kind, @target_id, @target_name, @requester, @state, @input, @payload,
    CASE WHEN @state = 'New' THEN now() END)
RETURNING *;

-- name: DispatchTask :one
UPDATE tasks
SET dispatched_at = now(), claimed_until = NULL, state = CASE state WHEN 'New' THEN 'Running' ELSE state END,
    revision = revision + (state = 'New')::integer, updated_at = now()
WHERE id = @id AND dispatched_at IS NULL AND state IN ('New', 'Running', 'Suspended', 'Cancelling')
RETURNING *;

-- name: CancelTask :one
UPDATE tasks SET state = 'Cancelling', revision = revision + 1, updated_at = now()
WHERE id = @id AND (state IN ('New', 'Running') OR state = 'Suspended' AND NOT committed)
RETURNING *;

-- name: SuspendTask :one
UPDATE tasks SET state = 'Suspended', step = @step, faults = @faults, committed = @committed, needed = @needed, revision = revision + 1, updated_at = now()
WHERE id = @id AND state IN ('New', 'Running', 'Suspended', 'Cancelling')
    AND (state, step, faults, committed, needed) IS DISTINCT FROM ('Suspended', @step, @faults, @committed, @needed)
RETURNING *;

-- name: ResumeTask :one
UPDATE tasks SET state = 'Running', step = '', faults = '[]', revision = revision + 1, updated_at = now()
WHERE id = @id AND state = 'Suspended'
RETURNING *;

-- name: EndTask :one
UPDATE tasks
SET state = @state, faults = @faults, step = '', claimed_until = NULL, ended_at = now(), revision = revision + 1, updated_at = now()
WHERE id = @id AND state NOT IN ('Completed', 'Exception', 'Cancelled')
RETURNING *;

-- name: PromoteTask :exec
-- Gives the task that has waited longest its turn, when the target is free.
UPDATE tasks SET state = 'New', started_at = now(), revision = tasks.revision + 1, updated_at = now()
WHERE tasks.id = (
    SELECT next.id FROM tasks AS next
    WHERE next.target_kind = @target_kind AND next.target_id = @target_id AND next.state = 'Pending'
    ORDER BY next.accepted LIMIT 1
) AND NOT EXISTS (
    SELECT FROM tasks AS holder
    WHERE holder.target_kind = @target_kind AND holder.target_id = @target_id
        AND holder.state IN ('New', 'Running', 'Suspended', 'Cancelling')
);

-- name: WaitingTasks :many
SELECT * FROM tasks
WHERE target_kind = @target_kind AND target_id = @target_id AND state = 'Pending'
ORDER BY accepted;

-- name: ClaimUndispatched :many
UPDATE tasks SET claimed_until = now() + make_interval(secs => @lease::double precision)
WHERE id IN (
    SELECT due.id FROM tasks AS due
    WHERE due.state IN ('New', 'Running', 'Suspended', 'Cancelling') AND due.dispatched_at IS NULL
        AND (due.claimed_until IS NULL OR due.claimed_until < now())
    ORDER BY due.accepted LIMIT @at_most FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING *;

-- name: ClaimUnheard :many
UPDATE tasks SET claimed_until = now() + make_interval(secs => @silence::double precision)
WHERE id IN (
    SELECT silent.id FROM tasks AS silent
    WHERE silent.state IN ('New', 'Running', 'Suspended', 'Cancelling') AND silent.dispatched_at IS NOT NULL
        AND silent.updated_at < now() - make_interval(secs => @silence)
        AND (silent.claimed_until IS NULL OR silent.claimed_until < now())
    ORDER BY silent.updated_at LIMIT @at_most FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING *;

-- name: CountOpenTasks :many
SELECT operation, state, count(*) AS count FROM tasks
WHERE state IN ('New', 'Running', 'Suspended', 'Cancelling', 'Pending')
GROUP BY operation, state ORDER BY operation, state;
