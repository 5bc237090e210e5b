-- name: ObserveSystems :many
-- Keeps, of each system, the latest look, and returns the systems of which something changed that callers see. A system that is absent
-- does not run; one that was Ready is Lost, and a Lost one that is seen is Ready again. A boot override that was to
-- hold once, and was consumed, holds no longer; what a guest runs with is remembered until it has what it is to have, also
-- while its memory is saved, with which it goes on. An empty host observes wherever the system is.
WITH seen AS (
    SELECT unnest(@ids::uuid[]) AS id, unnest(@powers::text[]) AS power, unnest(@absent::boolean[]) AS absent,
        unnest(@ats::timestamptz[]) AS at, unnest(@resets::timestamptz[]) AS reset, unnest(@booted::bigint[]) AS booted,
        unnest(@generations::bigint[]) AS generation, unnest(@causes::text[]) AS cause, unnest(@reset_causes::text[]) AS reset_cause
), locked AS ( -- in one order, so that two batches never wait for each other
    SELECT s.id, s.power, s.phase, s.last_reset, s.machine, s.running, s.power_cause, s.reset_cause, seen.at, seen.generation,
        CASE WHEN seen.absent THEN '' WHEN seen.cause = '' AND seen.power IN (s.power, '') AND s.power <> 'On' THEN s.power_cause
            ELSE seen.cause END AS new_cause,
        coalesce(nullif(seen.reset_cause, ''), s.reset_cause) AS new_reset_cause,
        CASE WHEN seen.absent THEN 'Off' WHEN seen.power = '' THEN s.power ELSE seen.power END AS new_power,
        CASE WHEN seen.absent AND s.phase = 'Ready' THEN 'Lost'
            WHEN NOT seen.absent AND s.phase = 'Lost' THEN 'Ready' ELSE s.phase END AS new_phase,
        coalesce(nullif(seen.reset, @no_reset::timestamptz), s.last_reset) AS new_reset,
        CASE WHEN seen.booted <> 0 AND s.machine #>> '{boot,override,enabled}' = 'Once'
                AND (s.machine #>> '{boot,override,serial}')::bigint = seen.booted
            THEN s.machine #- '{boot,override,target}' #- '{boot,override,enabled}' #- '{boot,override,http_uri}'
                #- '{boot,override,uefi}' #- '{boot,override,next}'
            ELSE s.machine END AS new_machine
    FROM seen JOIN systems s ON s.id = seen.id
    WHERE (@host::text = '' OR s.host_id = @host) AND (s.observed_at IS NULL OR s.observed_at < seen.at)
        -- The host that a guest is leaving no longer has it before the fleet knows where it is, and holds it, or starts it only for the transfer.
        AND NOT (@host::text <> '' AND (seen.absent OR seen.power = 'Paused' OR seen.cause = 'Busy')
            AND EXISTS (SELECT FROM migrations AS m WHERE m.system_id = s.id AND m.state = 'Transferring'))
    ORDER BY s.id
    FOR NO KEY UPDATE OF s
), settled AS (
    SELECT *, CASE WHEN new_power = 'Off' AND new_cause = 'Suspended' THEN running
        WHEN new_power = 'Off' OR generation <> 0 AND generation >= coalesce((machine ->> 'generation')::bigint, 0)
        THEN NULL ELSE running END AS new_running
    FROM locked
), judged AS (
    SELECT *, (power, phase, last_reset, machine, running, power_cause, reset_cause)
        IS DISTINCT FROM (new_power, new_phase, new_reset, new_machine, new_running, new_cause, new_reset_cause) AS visible
    FROM settled
), updated AS (
    UPDATE systems
    SET power = new_power, phase = new_phase, last_reset = new_reset, machine = new_machine, running = new_running,
        power_cause = new_cause, reset_cause = new_reset_cause,
        observed_at = at,
        revision = systems.revision + visible::integer,
        updated_at = CASE WHEN visible THEN now() ELSE systems.updated_at END
    FROM judged WHERE systems.id = judged.id
    RETURNING systems.id, systems.name, systems.project_id, systems.host_id, judged.power AS was, systems.power, systems.power_cause,
        judged.phase AS was_phase, systems.phase, judged.last_reset AS was_reset, systems.last_reset, systems.observed_at, judged.visible,
        CASE WHEN judged.machine #> '{boot,override,target}' IS DISTINCT FROM systems.machine #> '{boot,override,target}'
            THEN judged.machine #>> '{boot,override,target}' END AS consumed
)
SELECT id, name, project_id, coalesce(host_id, '') AS host_id, was, power, power_cause, was_phase, phase, was_reset, last_reset,
    observed_at::timestamptz AS observed_at, coalesce(consumed, '')::text AS consumed
FROM updated WHERE visible;

-- name: LoseSystems :many
-- The Ready systems of a host that a complete look did not find, and that nobody has observed since, are Lost.
WITH locked AS (
    SELECT s.id, s.power FROM systems s
    WHERE s.host_id = @host AND s.phase = 'Ready' AND coalesce(s.observed_at, s.updated_at) < @looked::timestamptz
        AND NOT EXISTS (SELECT FROM unnest(@ids::uuid[]) AS seen (id) WHERE seen.id = s.id)
        AND NOT EXISTS (SELECT FROM migrations AS m WHERE m.system_id = s.id AND m.state = 'Transferring')
    ORDER BY s.id
    FOR NO KEY UPDATE OF s
), updated AS (
    UPDATE systems
    SET power = 'Off', power_cause = '', phase = 'Lost', observed_at = @looked, revision = revision + 1, updated_at = now()
    FROM locked WHERE systems.id = locked.id
    RETURNING systems.id, systems.name, systems.project_id, locked.power AS was, systems.power, systems.observed_at
)
SELECT id, name, project_id, was, power, observed_at::timestamptz AS observed_at FROM updated;
