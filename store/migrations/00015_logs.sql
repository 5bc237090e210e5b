-- +goose Up

-- The logs of systems (hawkfish.LogEntry). Their entries are written with the events that they tell of, and both
-- are guarded by the lock that orders events.

-- How many entries have ever been written to a log.
CREATE TABLE logs (
    system_id uuid NOT NULL, -- no foreign key: writers must not wait for changes of the system
    name      text NOT NULL CHECK (name IN ('EventLog', 'SEL', 'Log')),
    written   bigint NOT NULL,
    PRIMARY KEY (system_id, name)
);

-- A log is a ring: an entry takes the place of the one that is hawkfish.MaxLogRecords older.
CREATE TABLE log_entries (
    system_id  uuid NOT NULL,
    log        text NOT NULL,
    slot       integer NOT NULL,
    number     bigint NOT NULL,
    event      bigint NOT NULL, -- no foreign key: it outlives the event
    kind       text NOT NULL,
    at         timestamptz NOT NULL,
    severity   text NOT NULL,
    message_id text NOT NULL,
    message    text NOT NULL,
    args       text[] NOT NULL,
    resolution text NOT NULL,
    user_name  text NOT NULL,
    task_id    text NOT NULL,
    PRIMARY KEY (system_id, log, slot)
);
CREATE INDEX log_entries_age ON log_entries (at);
