-- +goose Up

-- Wakes those who wait for the end of a task. Its transaction notifies of other things, too: one more costs little.
CREATE TRIGGER notify_end AFTER UPDATE OF ended_at ON tasks
    FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL) EXECUTE FUNCTION notify_change('tasks', 'id');
