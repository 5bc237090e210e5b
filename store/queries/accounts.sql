-- name: AccountByID :one
SELECT sqlc.embed(a), ARRAY(
    SELECT p.project_id FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id
)::uuid[] AS projects
FROM accounts a WHERE a.id = @id;

-- name: AccountByName :one
SELECT sqlc.embed(a), ARRAY(
    SELECT p.project_id FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id
)::uuid[] AS projects
FROM accounts a WHERE a.user_name = @user_name;

-- name: ListAccounts :many
SELECT sqlc.embed(a), ARRAY(
    SELECT p.project_id FROM account_projects p WHERE p.account_id = a.id ORDER BY p.project_id
)::uuid[] AS projects
FROM accounts a ORDER BY a.user_name;

-- name: InsertAccount :one
INSERT INTO accounts (id, user_name, password_hash, role_id, enabled, password_change_required)
VALUES (@id, @user_name, @password_hash, @role_id, @enabled, @password_change_required)
RETURNING *;

-- name: InsertAccountProjects :exec
INSERT INTO account_projects (account_id, project_id)
SELECT @account_id::uuid, unnest(@projects::uuid[])
ON CONFLICT DO NOTHING;
