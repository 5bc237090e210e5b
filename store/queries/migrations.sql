-- name: BeginMigration :execrows
INSERT INTO migrations (id, system_id, system_name, project_id, from_host, to_host, plan, shared, state, requester)
VALUES (@id, @system_id, @system_name, @project_id, @from_host, @to_host, @plan, @shared, 'Transferring', @requester)
ON CONFLICT (id) DO NOTHING;

-- name: HasLeftover :one
SELECT EXISTS (SELECT FROM leftovers WHERE host_id = @host_id AND system_id = @system_id);

-- name: MigrationMoved :execrows
UPDATE migrations SET state = 'Moved', moved_at = now(), revision = revision + 1, updated_at = now()
WHERE id = @id AND state = 'Transferring';

-- name: MigrationResult :exec
UPDATE migrations SET result = @result, revision = revision + 1, updated_at = now()
WHERE id = @id AND ended_at IS NULL;

-- name: EndMigration :exec
-- One that has moved its system has not failed, whatever else has.
UPDATE migrations SET state = CASE WHEN state = 'Moved' THEN 'Completed' ELSE @state::text END, ended_at = now(), revision = revision + 1, updated_at = now()
WHERE id = @id AND ended_at IS NULL;

-- name: MoveToHost :exec
-- What the old host saw last is no measure of when the new one, by its own clock, looks.
UPDATE systems SET host_id = @host_id, observed_at = NULL, revision = revision + 1, updated_at = now() WHERE id = @id;

-- name: MigrationByID :one
SELECT * FROM migrations WHERE id = @id AND (@everything::boolean OR project_id = ANY (@projects::uuid[]));

-- name: MigrationIDs :many
SELECT id, count(*) OVER () AS total FROM migrations
WHERE (@everything::boolean OR project_id = ANY (@projects::uuid[]))
ORDER BY created_at DESC, id
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: PruneMigrations :execrows
DELETE FROM migrations WHERE id IN (
    SELECT old.id FROM migrations AS old
    WHERE old.ended_at < now() - make_interval(secs => @age::double precision)
    ORDER BY old.ended_at LIMIT @at_most FOR UPDATE SKIP LOCKED
);
