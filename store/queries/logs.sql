-- name: WriteLogs :exec
-- In the order of the arrays, which are ordered by ord. Systems that have gone have no logs.
WITH lines AS (
    SELECT line.system_id, line.log, line.event, line.kind, line.at, line.severity, line.message_id, line.message, line.args,
        line.resolution, line.user_name, line.task_id, line.sensor, row_number() OVER (PARTITION BY line.system_id, line.log ORDER BY line.ord) AS nth
    FROM (
        SELECT unnest(@ords::integer[]) AS ord, unnest(@system_ids::uuid[]) AS system_id, unnest(@logs::text[]) AS log,
            unnest(@events::bigint[]) AS event, unnest(@kinds::text[]) AS kind, unnest(@ats::timestamptz[]) AS at,
            unnest(@severities::text[]) AS severity, unnest(@message_ids::text[]) AS message_id, unnest(@messages::text[]) AS message,
            unnest(@args::text[])::json AS args, unnest(@resolutions::text[]) AS resolution,
            unnest(@user_names::text[]) AS user_name, unnest(@task_ids::text[]) AS task_id, unnest(@sensors::text[]) AS sensor
    ) AS line
    WHERE EXISTS (SELECT FROM systems WHERE systems.id = line.system_id)
), more AS (
    SELECT system_id, log, count(*) AS lines FROM lines GROUP BY system_id, log
), counted AS (
    INSERT INTO logs AS l (system_id, name, written)
    SELECT system_id, log, lines FROM more ORDER BY system_id, log
    ON CONFLICT (system_id, name) DO UPDATE SET written = l.written + excluded.written
    RETURNING l.system_id, l.name, l.written
)
INSERT INTO log_entries (system_id, log, slot, number, event, kind, at, severity, message_id, message, args, resolution, user_name, task_id, sensor)
SELECT lines.system_id, lines.log, (counted.written - more.lines + lines.nth) % @records::integer, counted.written - more.lines + lines.nth,
    lines.event, lines.kind, coalesce(nullif(lines.at, @no_time::timestamptz), now()), lines.severity, lines.message_id, lines.message,
    ARRAY(SELECT json_array_elements_text(lines.args)), lines.resolution, lines.user_name, lines.task_id, lines.sensor
FROM lines
JOIN more ON more.system_id = lines.system_id AND more.log = lines.log
JOIN counted ON counted.system_id = lines.system_id AND counted.name = lines.log
ON CONFLICT (system_id, log, slot) DO UPDATE SET
    number = excluded.number, event = excluded.event, kind = excluded.kind, at = excluded.at, severity = excluded.severity,
    message_id = excluded.message_id, message = excluded.message, args = excluded.args, resolution = excluded.resolution,
    user_name = excluded.user_name, task_id = excluded.task_id, sensor = excluded.sensor;

-- name: ListLog :many
-- What is null is not compared.
SELECT * FROM log_entries
WHERE system_id = @system_id AND log = @log
    AND (sqlc.narg('severity')::text IS NULL OR severity = sqlc.narg('severity'))
    AND (sqlc.narg('message_id')::text IS NULL OR message_id = sqlc.narg('message_id'))
ORDER BY number
OFFSET @skip::bigint LIMIT sqlc.narg('at_most')::bigint;

-- name: CountLog :one
SELECT count(*) FROM log_entries
WHERE system_id = @system_id AND log = @log
    AND (sqlc.narg('severity')::text IS NULL OR severity = sqlc.narg('severity'))
    AND (sqlc.narg('message_id')::text IS NULL OR message_id = sqlc.narg('message_id'));

-- name: LogEntryByNumber :one
SELECT * FROM log_entries
WHERE system_id = @system_id AND log = @log AND slot = @slot AND number = @number;

-- name: ClearLog :exec
DELETE FROM log_entries WHERE system_id = @system_id AND log = @log;

-- name: DropLogs :exec
WITH dropped AS (DELETE FROM logs WHERE logs.system_id = @system_id)
DELETE FROM log_entries WHERE log_entries.system_id = @system_id;

-- name: PruneLogs :execrows
DELETE FROM log_entries WHERE (system_id, log, slot) IN (
    SELECT old.system_id, old.log, old.slot FROM log_entries AS old
    WHERE old.at < now() - make_interval(secs => @age::double precision)
    ORDER BY old.at LIMIT @at_most FOR UPDATE SKIP LOCKED
);
