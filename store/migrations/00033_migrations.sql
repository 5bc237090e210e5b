-- +goose Up

-- The ways of systems from one host to another; id is the task's. They are kept when the task and the system are gone.
CREATE TABLE migrations (
    id          uuid PRIMARY KEY,
    system_id   uuid NOT NULL,
    system_name text NOT NULL,
    project_id  uuid NOT NULL,
    from_host   text NOT NULL,
    to_host     text NOT NULL,
    plan        jsonb NOT NULL DEFAULT '{}', -- hawkfish.MigrationPlan
    shared      boolean NOT NULL DEFAULT false, -- the disk was not copied
    state       text NOT NULL CHECK (state IN ('Transferring', 'Moved', 'Completed', 'Failed', 'Cancelled')),
    result      jsonb NOT NULL DEFAULT '{}', -- hawkfish.MigrationResult
    requester   text NOT NULL,
    moved_at    timestamptz,
    ended_at    timestamptz,
    revision    bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((state IN ('Transferring', 'Moved')) = (ended_at IS NULL))
);

-- A system is on one way at a time. What its host says of a system that is on its way is judged by this, too.
CREATE UNIQUE INDEX migrations_under_way ON migrations (system_id) WHERE ended_at IS NULL;
CREATE INDEX migrations_newest ON migrations (created_at DESC, id);
CREATE INDEX migrations_ended ON migrations (ended_at);
