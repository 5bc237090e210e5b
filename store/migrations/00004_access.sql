-- +goose Up

-- What accounts may do. The standard's roles are here too, so that a role that is in use cannot go.
CREATE TABLE roles (
    id         text PRIMARY KEY CHECK (id <> ''),
    predefined boolean NOT NULL DEFAULT false,
    privileges text[] NOT NULL,
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
-- DSP0266, standard roles.
INSERT INTO roles (id, predefined, privileges) VALUES
    ('Administrator', true, '{Login,ConfigureManager,ConfigureUsers,ConfigureComponents,ConfigureSelf}'),
    ('Operator', true, '{Login,ConfigureComponents,ConfigureSelf}'),
    ('ReadOnly', true, '{Login,ConfigureSelf}');

ALTER TABLE accounts
    ADD CONSTRAINT accounts_role_id_fkey FOREIGN KEY (role_id) REFERENCES roles,
    ADD COLUMN failures integer NOT NULL DEFAULT 0, -- wrong passwords that count
    ADD COLUMN last_failure_at timestamptz,
    ADD COLUMN locked_until timestamptz;
CREATE INDEX accounts_role ON accounts (role_id);

-- null: what the account's own role says.
ALTER TABLE account_projects ADD COLUMN role text CHECK (role IN ('admin', 'operator', 'viewer'));
CREATE INDEX account_projects_project ON account_projects (project_id);

ALTER TABLE projects
    ADD COLUMN labels jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN quotas jsonb NOT NULL DEFAULT '{}'; -- limits by kind; what is missing has none

-- Tasks and events outlive their project, as they outlive their target.
ALTER TABLE tasks DROP CONSTRAINT tasks_project_id_fkey;
ALTER TABLE events DROP CONSTRAINT events_project_id_fkey;

-- What administrators change of the service while it runs. What is missing from a value is as by default.
CREATE TABLE settings (
    name       text PRIMARY KEY,
    value      jsonb NOT NULL DEFAULT '{}',
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO settings (name) VALUES ('accounts'), ('sessions'), ('network');

-- Who an account is to callers depends on its role and on its projects: a change of these is one of the account.
-- +goose StatementBegin
CREATE FUNCTION revise_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts SET revision = revision + 1, updated_at = now()
    WHERE id = (CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END).account_id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER revise_account AFTER INSERT OR UPDATE OR DELETE ON account_projects FOR EACH ROW EXECUTE FUNCTION revise_account();
-- +goose StatementBegin
CREATE FUNCTION revise_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts SET revision = revision + 1, updated_at = now() WHERE role_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER revise_accounts AFTER UPDATE OF privileges ON roles FOR EACH ROW EXECUTE FUNCTION revise_accounts();

-- A wrong password is counted without a change that callers see: caches need not hear of it.
DROP TRIGGER notify_change ON accounts;
DROP TRIGGER notify_change ON account_projects;
CREATE TRIGGER notify_change AFTER INSERT OR DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION notify_change('accounts', 'id');
CREATE TRIGGER notify_revision AFTER UPDATE ON accounts
    FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION notify_change('accounts', 'id');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON settings FOR EACH ROW EXECUTE FUNCTION notify_change('settings', 'name');

-- The audit trail. Nothing in it is ever changed.
CREATE TABLE audit (
    sequence   bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at         timestamptz NOT NULL,
    account_id text NOT NULL, -- empty: nobody had logged in; no foreign key: it outlives accounts
    user_name  text NOT NULL,
    session_id text NOT NULL,
    origin     text NOT NULL,
    method     text NOT NULL,
    target     text NOT NULL,
    outcome    text NOT NULL CHECK (outcome IN ('Done', 'Accepted', 'Refused', 'Failed')),
    status     integer NOT NULL,
    message_id text NOT NULL,
    task_id    text NOT NULL,
    request_id text NOT NULL
);
CREATE INDEX audit_user ON audit (user_name, sequence);
CREATE INDEX audit_target ON audit (target, sequence);
-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION append_only();
