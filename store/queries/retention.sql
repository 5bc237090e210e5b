-- name: PruneTasks :execrows
DELETE FROM tasks WHERE id IN (
    SELECT old.id FROM tasks AS old
    WHERE old.ended_at < now() - make_interval(secs => @age::double precision)
    ORDER BY old.ended_at LIMIT @at_most FOR UPDATE SKIP LOCKED
);

-- name: PruneEvents :execrows
DELETE FROM events WHERE sequence IN (
    SELECT old.sequence FROM events AS old
    WHERE old.created_at < now() - make_interval(secs => @age::double precision)
    ORDER BY old.created_at LIMIT @at_most FOR UPDATE SKIP LOCKED
);

-- name: PruneAudit :one
SELECT prune_audit(@age::double precision, @at_most::integer)::bigint;
