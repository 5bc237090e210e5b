-- +goose Up

-- Hosts are registered, labelled, and change their state by the rules of hawkfish.Host.After. The code knows the states: a new
-- one needs no migration.
ALTER TABLE hosts
    DROP CONSTRAINT hosts_state_check,
    ADD CONSTRAINT hosts_state_check CHECK (state <> ''),
    ADD COLUMN resumes     text NOT NULL DEFAULT 'Enabled', -- what it is again when it can be reached again
    ADD COLUMN state_since timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN cause       text NOT NULL DEFAULT '',
    ADD COLUMN labels      jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN taints      jsonb NOT NULL DEFAULT '[]',
    ADD COLUMN overcommit  jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN load        jsonb NOT NULL DEFAULT '{}', -- changes with every report, and is not counted in the revision
    ADD COLUMN join_key    bytea,
    ALTER COLUMN seen_at DROP NOT NULL; -- null: it has never reported
CREATE INDEX hosts_seen ON hosts (seen_at);

-- What systems want of their host (hawkfish.Placement).
ALTER TABLE systems ADD COLUMN placement jsonb NOT NULL DEFAULT '{}';
CREATE INDEX systems_group ON systems (project_id, (placement ->> 'group')) WHERE placement ->> 'group' IS NOT NULL;

-- How much of each host has been given away: the sum over the systems on it and the reservations of it. Triggers keep it, so
-- that a decision on where to put a system reads a row for each host, however many systems there are.
CREATE TABLE allocations (
    host_id    text PRIMARY KEY REFERENCES hosts ON DELETE CASCADE,
    systems    bigint NOT NULL DEFAULT 0,
    cpus       bigint NOT NULL DEFAULT 0,
    memory_mib bigint NOT NULL DEFAULT 0,
    disk_gib   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50); -- rows are written in place, over and over

-- Room on a host for a system that is on its way to it.
CREATE TABLE reservations (
    system_id  uuid PRIMARY KEY REFERENCES systems ON DELETE CASCADE,
    host_id    text NOT NULL REFERENCES hosts,
    cpus       bigint NOT NULL,
    memory_mib bigint NOT NULL,
    disk_gib   bigint NOT NULL,
    expires_at timestamptz NOT NULL,
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX reservations_expiry ON reservations (expires_at);
CREATE INDEX reservations_host ON reservations (host_id);

-- +goose StatementBegin
CREATE FUNCTION allocate(host text, times integer, more_cpus bigint, more_memory_mib bigint, more_disk_gib bigint) RETURNS void LANGUAGE sql AS $$
    INSERT INTO allocations (host_id, systems, cpus, memory_mib, disk_gib)
    SELECT host, times, times * more_cpus, times * more_memory_mib, times * more_disk_gib WHERE host IS NOT NULL
    ON CONFLICT (host_id) DO UPDATE
    SET systems = allocations.systems + excluded.systems, cpus = allocations.cpus + excluded.cpus,
        memory_mib = allocations.memory_mib + excluded.memory_mib, disk_gib = allocations.disk_gib + excluded.disk_gib;
$$;
-- +goose StatementEnd

-- A guest that has not given back yet what its system is to have no longer still takes it.
CREATE FUNCTION taken(wanted bigint, running jsonb, what text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN greatest(wanted, (running ->> what)::bigint);

-- +goose StatementBegin
CREATE FUNCTION allocate_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two hosts are written in the order of their names, so that two systems that change places never wait for each other.
    IF TG_OP = 'UPDATE' AND NEW.host_id < OLD.host_id THEN
        PERFORM allocate(NEW.host_id, 1, taken(NEW.cpus, NEW.running, 'cpus'), taken(NEW.memory_mib, NEW.running, 'memory_mib'), NEW.disk_gib);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM allocate(OLD.host_id, -1, taken(OLD.cpus, OLD.running, 'cpus'), taken(OLD.memory_mib, OLD.running, 'memory_mib'), OLD.disk_gib);
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND (NEW.host_id < OLD.host_id) IS NOT TRUE THEN
        PERFORM allocate(NEW.host_id, 1, taken(NEW.cpus, NEW.running, 'cpus'), taken(NEW.memory_mib, NEW.running, 'memory_mib'), NEW.disk_gib);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER allocate_whole AFTER INSERT OR DELETE ON systems FOR EACH ROW EXECUTE FUNCTION allocate_system();
CREATE TRIGGER allocate_changed AFTER UPDATE ON systems
    FOR EACH ROW WHEN ((OLD.host_id, OLD.cpus, OLD.memory_mib, OLD.disk_gib, OLD.running) IS DISTINCT FROM (NEW.host_id, NEW.cpus, NEW.memory_mib, NEW.disk_gib, NEW.running))
    EXECUTE FUNCTION allocate_system();

-- +goose StatementBegin
CREATE FUNCTION allocate_reservation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM allocate(OLD.host_id, -1, OLD.cpus, OLD.memory_mib, OLD.disk_gib);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM allocate(NEW.host_id, 1, NEW.cpus, NEW.memory_mib, NEW.disk_gib);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER allocate_reserved AFTER INSERT OR UPDATE OR DELETE ON reservations FOR EACH ROW EXECUTE FUNCTION allocate_reservation();

INSERT INTO allocations (host_id, systems, cpus, memory_mib, disk_gib)
SELECT host_id, count(*), sum(taken(cpus, running, 'cpus')), sum(taken(memory_mib, running, 'memory_mib')), sum(disk_gib)
FROM systems WHERE host_id IS NOT NULL GROUP BY host_id;

-- Events tell of hosts, too, whose IDs are names, and which belong to no project.
ALTER TABLE events ALTER COLUMN origin_id TYPE text, ALTER COLUMN project_id DROP NOT NULL;
