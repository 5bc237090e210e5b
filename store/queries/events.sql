-- name: InsertEvents :many
-- In the order of the arrays, and so are the sequence numbers. A time that is not known is now.
INSERT INTO events (project_id, origin_kind, origin_id, origin_name, kind, detail, at)
SELECT nullif(e.project_id, '')::uuid, e.origin_kind, e.origin_id, e.origin_name, e.kind, e.detail, coalesce(nullif(e.at, @no_time::timestamptz), now())
FROM (
    SELECT unnest(@project_ids::text[]) AS project_id, unnest(@origin_kinds::text[]) AS origin_kind,
        unnest(@origin_ids::text[]) AS origin_id, unnest(@origin_names::text[]) AS origin_name,
        unnest(@kinds::text[]) AS kind, unnest(@details::text[])::json AS detail, unnest(@ats::timestamptz[]) AS at
) AS e
RETURNING sequence;

-- name: ReadEvents :many
SELECT * FROM events WHERE sequence > @after ORDER BY sequence LIMIT @at_most;
