-- name: LeaveBehind :exec
INSERT INTO leftovers (host_id, system_id, disks) VALUES (@host_id, @system_id, @disks)
ON CONFLICT (host_id, system_id) DO UPDATE
SET disks = leftovers.disks OR excluded.disks, revision = leftovers.revision + 1, updated_at = now();

-- name: Leftovers :many
SELECT system_id, disks FROM leftovers WHERE host_id = @host_id ORDER BY system_id;

-- name: ClearLeftovers :exec
DELETE FROM leftovers WHERE host_id = @host_id AND system_id = ANY (@ids::uuid[]);
