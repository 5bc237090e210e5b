-- name: SettingByName :one
SELECT * FROM settings WHERE name = @name;

-- name: UpdateSetting :one
UPDATE settings SET value = @value, revision = revision + 1, updated_at = now()
WHERE name = @name AND (@expected::bigint = 0 OR revision = @expected)
RETURNING *;
