-- +goose Up

-- Every table has created_at, updated_at and revision. A revision grows when something that a
-- caller can see has changed: it is the ETag.

CREATE TABLE projects (
    id          uuid PRIMARY KEY,
    name        text NOT NULL CONSTRAINT projects_name_unique UNIQUE CHECK (name <> ''),
    description text NOT NULL DEFAULT '',
    revision    bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

INSERT INTO projects (id, name, description)
VALUES (gen_random_uuid(), 'default', 'What belongs to no other project');

CREATE TABLE accounts (
    id                       uuid PRIMARY KEY,
    user_name                text NOT NULL CONSTRAINT accounts_user_name_unique UNIQUE CHECK (user_name <> ''),
    password_hash            text NOT NULL,
    role_id                  text NOT NULL,
    enabled                  boolean NOT NULL,
    password_change_required boolean NOT NULL,
    revision                 bigint NOT NULL DEFAULT 1,
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now()
);

-- Which projects an account may see.
CREATE TABLE account_projects (
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, project_id)
);

CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    token_hash bytea NOT NULL CONSTRAINT sessions_token_hash_unique UNIQUE,
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    origin     text NOT NULL,
    expires_at timestamptz NOT NULL,
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_account ON sessions (account_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE hosts (
    id         text PRIMARY KEY CHECK (id <> ''),
    uri        text NOT NULL,
    state      text NOT NULL DEFAULT 'Enabled' CHECK (state IN ('Enabled', 'Maintenance')),
    facts      jsonb NOT NULL,
    seen_at    timestamptz NOT NULL,
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE images (
    id            uuid PRIMARY KEY,
    project_id    uuid NOT NULL REFERENCES projects,
    name          text NOT NULL CHECK (name <> ''),
    version       text NOT NULL,
    url           text NOT NULL,
    sha256        text NOT NULL,
    format        text NOT NULL,
    phase         text NOT NULL CHECK (phase IN ('Importing', 'Ready', 'Deleting')),
    size_bytes    bigint NOT NULL DEFAULT 0,
    virtual_bytes bigint NOT NULL DEFAULT 0,
    revision      bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT images_name_version_unique UNIQUE (project_id, name, version)
);
CREATE INDEX images_order ON images (created_at, id);

CREATE TABLE systems (
    id           uuid PRIMARY KEY,
    name         text NOT NULL CONSTRAINT systems_name_unique UNIQUE CHECK (name <> ''),
    project_id   uuid NOT NULL REFERENCES projects,
    host_id      text REFERENCES hosts, -- null until it has been placed
    phase        text NOT NULL CHECK (phase IN ('Provisioning', 'Ready', 'Deleting', 'Lost')),
    cpus         integer NOT NULL,
    memory_mib   bigint NOT NULL,
    disk_gib     bigint NOT NULL,
    image_id     uuid CONSTRAINT systems_image_in_use REFERENCES images, -- null: a blank disk
    network      text NOT NULL,
    mac          text NOT NULL,
    boot_primary text NOT NULL,
    boot_target  text NOT NULL,
    boot_enabled text NOT NULL,
    asset_tag    text NOT NULL,
    power        text NOT NULL,
    observed_at  timestamptz, -- the host's clock
    last_reset   timestamptz,
    revision     bigint NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX systems_mac_unique ON systems (mac) WHERE mac <> '';
CREATE INDEX systems_order ON systems (created_at, id);
CREATE INDEX systems_project ON systems (project_id, created_at, id);
CREATE INDEX systems_host ON systems (host_id);
CREATE INDEX systems_image ON systems (image_id);

CREATE TABLE tasks (
    id            uuid PRIMARY KEY,
    accepted      bigint NOT NULL GENERATED ALWAYS AS IDENTITY, -- given under the target's lock: its tasks get their turns in this order
    project_id    uuid NOT NULL REFERENCES projects,
    operation     text NOT NULL,
    target_kind   text NOT NULL CHECK (target_kind IN ('system', 'image')),
    target_id     uuid NOT NULL, -- no foreign key: tasks outlive their targets
    target_name   text NOT NULL,
    requester     text NOT NULL,
    state         text NOT NULL CHECK (state IN ('New', 'Pending', 'Running', 'Suspended', 'Cancelling', 'Completed', 'Exception', 'Cancelled')),
    input         json,
    payload       json NOT NULL,
    faults        jsonb NOT NULL DEFAULT '[]',
    step          text NOT NULL DEFAULT '',
    dispatched_at timestamptz, -- when its workflow was seen to start
    claimed_until timestamptz, -- somebody looks after it until then
    revision      bigint NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now(),
    started_at    timestamptz,
    ended_at      timestamptz,
    updated_at    timestamptz NOT NULL DEFAULT now()
);
-- One task of a target has its turn. No code path can break this.
CREATE UNIQUE INDEX tasks_one_holds ON tasks (target_kind, target_id) WHERE state IN ('New', 'Running', 'Suspended', 'Cancelling');
CREATE INDEX tasks_waiting ON tasks (target_kind, target_id, accepted) WHERE state = 'Pending';
CREATE INDEX tasks_undispatched ON tasks (accepted) WHERE state IN ('New', 'Running', 'Suspended', 'Cancelling') AND dispatched_at IS NULL;
CREATE INDEX tasks_unheard ON tasks (updated_at) WHERE state IN ('New', 'Running', 'Suspended', 'Cancelling') AND dispatched_at IS NOT NULL;
CREATE UNIQUE INDEX tasks_order ON tasks (accepted);
CREATE INDEX tasks_project ON tasks (project_id, accepted);

-- The outbox.
CREATE TABLE events (
    sequence    bigserial PRIMARY KEY,
    project_id  uuid NOT NULL REFERENCES projects,
    origin_kind text NOT NULL,
    origin_id   uuid NOT NULL,
    origin_name text NOT NULL,
    kind        text NOT NULL,
    detail      json NOT NULL,
    at          timestamptz NOT NULL,
    revision    bigint NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
