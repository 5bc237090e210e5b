-- name: ListMembers :many
SELECT sqlc.embed(m), a.user_name FROM account_projects m JOIN accounts a ON a.id = m.account_id
WHERE m.project_id = @project_id
ORDER BY a.user_name;

-- name: MemberByAccount :one
SELECT sqlc.embed(m), a.user_name FROM account_projects m JOIN accounts a ON a.id = m.account_id
WHERE m.project_id = @project_id AND m.account_id = @account_id;

-- name: InsertMember :exec
INSERT INTO account_projects (account_id, project_id, role) VALUES (@account_id, @project_id, nullif(@role::text, ''));

-- name: UpdateMember :execrows
UPDATE account_projects SET role = nullif(@role::text, ''), revision = revision + 1, updated_at = now()
WHERE project_id = @project_id AND account_id = @account_id AND (@expected::bigint = 0 OR revision = @expected);

-- name: DeleteMember :execrows
DELETE FROM account_projects
WHERE project_id = @project_id AND account_id = @account_id AND (@expected::bigint = 0 OR revision = @expected);
