-- +goose Up

-- Sequence numbers of events become visible in their order. Without this a reader that has seen number
-- 8 would miss number 7, whose transaction commits later. The lock is the last that a transaction takes.
-- +goose StatementBegin
CREATE FUNCTION order_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('hawkfish events', 0));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER order_events BEFORE INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION order_events();

-- Wakes those who publish events.
-- +goose StatementBegin
CREATE FUNCTION notify_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('hawkfish_events', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER notify_events AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION notify_events();

-- Wakes those who start workflows when a task gets its turn. Who opens a task that has its turn at
-- once starts it, too, and need not wake the others; a sweep finds what it leaves behind.
-- +goose StatementBegin
CREATE FUNCTION notify_dispatch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('hawkfish_dispatch', '');
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER notify_dispatch AFTER UPDATE OF state ON tasks
    FOR EACH ROW WHEN (OLD.state = 'Pending' AND NEW.state = 'New' AND NEW.dispatched_at IS NULL) EXECUTE FUNCTION notify_dispatch();

-- Tells caches what has changed: table|operation|id, where the operation is I, U or D. The
-- argument of the trigger names the column that holds the id.
-- +goose StatementBegin
CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
BEGIN
    PERFORM pg_notify('hawkfish_changes', TG_ARGV[0] || '|' || left(TG_OP, 1) || '|' || (changed ->> TG_ARGV[1]));
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER notify_change AFTER INSERT OR DELETE ON systems FOR EACH ROW EXECUTE FUNCTION notify_change('systems', 'id');
CREATE TRIGGER notify_revision AFTER UPDATE ON systems
    FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION notify_change('systems', 'id');
CREATE TRIGGER notify_change AFTER INSERT OR DELETE ON hosts FOR EACH ROW EXECUTE FUNCTION notify_change('hosts', 'id');
CREATE TRIGGER notify_revision AFTER UPDATE ON hosts
    FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION notify_change('hosts', 'id');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION notify_change('sessions', 'id');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON accounts FOR EACH ROW EXECUTE FUNCTION notify_change('accounts', 'id');
CREATE TRIGGER notify_change AFTER INSERT OR UPDATE OR DELETE ON account_projects FOR EACH ROW EXECUTE FUNCTION notify_change('accounts', 'account_id');
