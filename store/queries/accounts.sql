-- name: AccountByID :one
SELECT sqlc.embed(a), r.privileges,
    ARRAY(SELECT p.project_id FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id)::uuid[] AS projects,
    ARRAY(SELECT coalesce(p.role, '') FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id)::text[] AS project_roles
FROM accounts a JOIN roles r ON r.id = a.role_id
WHERE a.id = @id;

-- name: AccountByName :one
SELECT sqlc.embed(a), r.privileges,
    ARRAY(SELECT p.project_id FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id)::uuid[] AS projects,
    ARRAY(SELECT coalesce(p.role, '') FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id)::text[] AS project_roles
FROM accounts a JOIN roles r ON r.id = a.role_id
WHERE a.user_name = @user_name;

-- name: ListAccounts :many
SELECT sqlc.embed(a), r.privileges,
    ARRAY(SELECT p.project_id FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id)::uuid[] AS projects,
    ARRAY(SELECT coalesce(p.role, '') FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id)::text[] AS project_roles
FROM accounts a JOIN roles r ON r.id = a.role_id
ORDER BY a.user_name;

-- name: InsertAccount :exec
INSERT INTO accounts (id, user_name, password_hash, role_id, enabled, password_change_required)
VALUES (@id, @user_name, @password_hash, @role_id, @enabled, @password_change_required);

-- name: InsertAccountProjects :exec
INSERT INTO account_projects (account_id, project_id, role)
SELECT @account_id::uuid, unnest(@projects::uuid[]), nullif(unnest(@roles::text[]), '')
ON CONFLICT DO NOTHING;

-- name: UpdateAccount :execrows
-- An expected revision of 0 matches any. A new password is a new start: failures are forgotten.
UPDATE accounts
SET user_name = coalesce(sqlc.narg('user_name'), user_name),
    password_hash = coalesce(sqlc.narg('password_hash'), password_hash),
    role_id = coalesce(sqlc.narg('role_id'), role_id),
    enabled = coalesce(sqlc.narg('enabled'), enabled),
    password_change_required = coalesce(sqlc.narg('password_change_required'), password_change_required),
    locked_until = CASE WHEN @unlock::boolean THEN NULL ELSE locked_until END,
    failures = CASE WHEN @unlock::boolean OR sqlc.narg('password_hash') IS NOT NULL THEN 0 ELSE failures END,
    revision = revision + 1, updated_at = now()
WHERE id = @id AND (@expected::bigint = 0 OR revision = @expected);

-- name: DeleteAccount :execrows
DELETE FROM accounts WHERE id = @id AND (@expected::bigint = 0 OR revision = @expected);

-- name: LockAdministrators :exec
-- Whoever takes an administrator away does so alone.
SELECT FROM accounts WHERE role_id = 'Administrator' AND enabled ORDER BY id FOR UPDATE;

-- name: CountAdministrators :one
SELECT count(*) FROM accounts WHERE role_id = 'Administrator' AND enabled;

-- name: NoteFailure :exec
-- Wrong passwords while an account is locked do not prolong the lock.
UPDATE accounts
SET failures = CASE WHEN n.locks THEN 0 ELSE n.failures END,
    last_failure_at = now(),
    locked_until = CASE WHEN n.locks THEN now() + make_interval(secs => @duration::double precision) ELSE locked_until END,
    revision = revision + n.locks::integer
FROM (
    SELECT c.count AS failures, c.count >= @threshold::integer AS locks
    FROM (
        SELECT 1 + CASE WHEN b.last_failure_at > now() - make_interval(secs => @reset_after::double precision) THEN b.failures ELSE 0 END AS count
        FROM accounts b WHERE b.id = @id FOR UPDATE
    ) c
) n
WHERE accounts.id = @id AND (locked_until IS NULL OR locked_until <= now());

-- name: ForgetFailures :exec
UPDATE accounts SET failures = 0 WHERE id = @id AND failures > 0;

-- name: RoleByID :one
SELECT * FROM roles WHERE id = @id;

-- name: ListRoles :many
SELECT * FROM roles ORDER BY NOT predefined, id;

-- name: InsertRole :one
INSERT INTO roles (id, privileges) VALUES (@id, @privileges) RETURNING *;

-- name: UpdateRole :one
UPDATE roles SET privileges = @privileges, revision = revision + 1, updated_at = now()
WHERE id = @id AND NOT predefined AND (@expected::bigint = 0 OR revision = @expected)
RETURNING *;

-- name: DeleteRole :execrows
DELETE FROM roles WHERE id = @id AND NOT predefined AND (@expected::bigint = 0 OR revision = @expected);
