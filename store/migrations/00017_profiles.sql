-- +goose Up

-- What systems have in common that are made from it. 0 and '' say nothing.
CREATE TABLE profiles (
    id           uuid PRIMARY KEY,
    project_id   uuid NOT NULL REFERENCES projects,
    name         text NOT NULL CHECK (name <> ''),
    cpus         integer NOT NULL,
    memory_mib   bigint NOT NULL,
    disk_gib     bigint NOT NULL,
    image        text NOT NULL, -- no foreign key: a name means the newest image that has it
    network      text NOT NULL,
    boot_primary text NOT NULL,
    labels       jsonb NOT NULL DEFAULT '{}',
    revision     bigint NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT profiles_name_unique UNIQUE (project_id, name)
);
CREATE INDEX profiles_order ON profiles (created_at, id);
