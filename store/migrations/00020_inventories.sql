-- +goose Up

-- What systems have (hawkfish.Inventory), as their hosts saw it last. It is read and written as a whole.
CREATE TABLE inventories (
    system_id  uuid PRIMARY KEY REFERENCES systems ON DELETE CASCADE,
    document   jsonb NOT NULL,
    seen_at    timestamptz NOT NULL, -- the host's clock
    revision   bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER notify_change AFTER INSERT ON inventories FOR EACH ROW EXECUTE FUNCTION notify_change('inventories', 'system_id');
CREATE TRIGGER notify_revision AFTER UPDATE ON inventories
    FOR EACH ROW WHEN (OLD.revision <> NEW.revision) EXECUTE FUNCTION notify_change('inventories', 'system_id');

-- What of it is shown with the system itself (hawkfish.GuestFacts), so that reading a system reads one row.
ALTER TABLE systems ADD COLUMN guest jsonb NOT NULL DEFAULT '{}';
