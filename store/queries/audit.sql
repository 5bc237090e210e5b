-- name: InsertAudit :exec
-- In the order of the arrays.
INSERT INTO audit (at, account_id, user_name, session_id, origin, method, target, outcome, status, message_id, task_id, request_id)
SELECT unnest(@ats::timestamptz[]), unnest(@account_ids::text[]), unnest(@user_names::text[]), unnest(@session_ids::text[]),
    unnest(@origins::text[]), unnest(@methods::text[]), unnest(@targets::text[]), unnest(@outcomes::text[]),
    unnest(@statuses::integer[]), unnest(@message_ids::text[]), unnest(@task_ids::text[]), unnest(@request_ids::text[]);

-- name: AuditBySequence :one
SELECT * FROM audit WHERE sequence = @sequence;

-- name: ListAudit :many
SELECT * FROM audit
WHERE (@user_name::text = '' OR user_name = @user_name)
    AND (@target::text = '' OR target = @target)
    AND (@method::text = '' OR method = @method)
    AND (@outcome::text = '' OR outcome = @outcome)
    AND (sqlc.narg('since')::timestamptz IS NULL OR at >= sqlc.narg('since'))
    AND (sqlc.narg('until')::timestamptz IS NULL OR at < sqlc.narg('until'))
ORDER BY sequence DESC
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: CountAudit :one
SELECT count(*) FROM audit
WHERE (@user_name::text = '' OR user_name = @user_name)
    AND (@target::text = '' OR target = @target)
    AND (@method::text = '' OR method = @method)
    AND (@outcome::text = '' OR outcome = @outcome)
    AND (sqlc.narg('since')::timestamptz IS NULL OR at >= sqlc.narg('since'))
    AND (sqlc.narg('until')::timestamptz IS NULL OR at < sqlc.narg('until'));

-- name: AuditStats :many
SELECT outcome, count(*) AS entries, min(at)::timestamptz AS first, max(at)::timestamptz AS last
FROM audit GROUP BY outcome ORDER BY outcome;
