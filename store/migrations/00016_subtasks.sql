-- +goose Up

-- A task may be divided into others. They outlive it when its workflow is ended from outside.
ALTER TABLE tasks
    ADD COLUMN parent_id uuid REFERENCES tasks ON DELETE SET NULL,
    ADD COLUMN parts     integer NOT NULL DEFAULT 0, -- how many it will be divided into
    ADD COLUMN told_at   timestamptz; -- when its parent was told that it has ended
CREATE INDEX tasks_parts ON tasks (parent_id, accepted) WHERE parent_id IS NOT NULL;
CREATE INDEX tasks_untold ON tasks (accepted) WHERE parent_id IS NOT NULL AND ended_at IS NOT NULL AND told_at IS NULL;

-- The code knows the kinds: a new one needs no migration.
ALTER TABLE tasks DROP CONSTRAINT IF EXISTS tasks_target_kind_check, ADD CONSTRAINT tasks_target_kind_check CHECK (target_kind <> '');

-- Wakes those who tell parents of the ends of their subtasks.
CREATE TRIGGER notify_part AFTER UPDATE OF ended_at ON tasks
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL AND NEW.parent_id IS NOT NULL) EXECUTE FUNCTION notify_dispatch();
