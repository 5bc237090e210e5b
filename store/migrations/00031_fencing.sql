-- +goose Up

-- How hosts are switched off for sure (hawkfish.Fencing). The password in it is sealed.
ALTER TABLE hosts ADD COLUMN fencing jsonb NOT NULL DEFAULT '{}';

-- What hosts still have of systems that are no longer theirs, because they could not be asked to let go of it. They are told when they
-- come back, before they do anything else.
CREATE TABLE leftovers (
    host_id    text NOT NULL REFERENCES hosts ON DELETE CASCADE,
    system_id  uuid NOT NULL, -- no foreign key: what a host has left outlives the system
    disks      boolean NOT NULL, -- they are the host's alone, and go, too
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (host_id, system_id)
);
