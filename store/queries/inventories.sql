-- name: InventoryOf :one
SELECT * FROM inventories WHERE system_id = @system_id;

-- name: RecordInventories :exec
-- Keeps, of each system of a host, the latest look. A revision grows when a look has seen something else than the one before.
WITH seen AS (
    SELECT unnest(@ids::uuid[]) AS id, unnest(@documents::text[])::jsonb AS document, unnest(@guests::text[])::jsonb AS guest,
        unnest(@ats::timestamptz[]) AS at
), locked AS ( -- in one order, so that two batches never wait for each other
    SELECT s.id, s.guest AS was, seen.document, seen.guest, seen.at
    FROM seen JOIN systems s ON s.id = seen.id
    WHERE s.host_id = @host
    ORDER BY s.id
    FOR NO KEY UPDATE OF s
), kept AS (
    INSERT INTO inventories (system_id, document, seen_at) SELECT id, document, at FROM locked
    ON CONFLICT (system_id) DO UPDATE
    SET document = excluded.document, seen_at = excluded.seen_at,
        revision = inventories.revision + (inventories.document <> excluded.document)::integer,
        updated_at = CASE WHEN inventories.document <> excluded.document THEN now() ELSE inventories.updated_at END
    WHERE inventories.seen_at < excluded.seen_at
    RETURNING system_id
)
UPDATE systems SET guest = locked.guest, revision = systems.revision + 1, updated_at = now()
FROM locked JOIN kept ON kept.system_id = locked.id
WHERE systems.id = locked.id AND locked.was <> locked.guest;
