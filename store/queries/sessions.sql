-- name: InsertSession :one
INSERT INTO sessions (id, token_hash, account_id, origin, expires_at)
VALUES (@id, @token_hash, @account_id, @origin, coalesce(sqlc.narg('expires_at'), now() + make_interval(secs => @lifetime::double precision)))
RETURNING *;

-- name: SessionByID :one
SELECT sqlc.embed(s), a.user_name FROM sessions s JOIN accounts a ON a.id = s.account_id
WHERE s.id = @id AND s.expires_at > now();

-- name: SessionByToken :one
SELECT sqlc.embed(s), a.user_name FROM sessions s JOIN accounts a ON a.id = s.account_id
WHERE s.token_hash = @token_hash AND s.expires_at > now();

-- name: ListSessions :many
SELECT sqlc.embed(s), a.user_name FROM sessions s JOIN accounts a ON a.id = s.account_id
WHERE s.expires_at > now()
ORDER BY s.created_at, s.id;

-- name: CloseSession :execrows
DELETE FROM sessions WHERE id = @id AND expires_at > now();

-- name: TouchSession :execrows
UPDATE sessions
SET expires_at = now() + make_interval(secs => @lifetime::double precision), revision = revision + 1, updated_at = now()
WHERE id = @id AND expires_at > now();

-- name: DropExpiredSessions :execrows
DELETE FROM sessions WHERE expires_at <= now();

-- name: CloseSessionsOf :exec
-- All but one; none has an empty ID.
DELETE FROM sessions WHERE account_id = @account_id AND id::text <> @keep::text;

-- name: ShortenSessions :exec
-- Sessions that would live longer than this from now live as long as this.
UPDATE sessions
SET expires_at = now() + make_interval(secs => @lifetime::double precision), revision = revision + 1, updated_at = now()
WHERE expires_at > now() + make_interval(secs => @lifetime::double precision);
