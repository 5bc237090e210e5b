-- +goose Up

-- Entries of the audit trail go when their time is over, the oldest first, and in no other way: this function alone
-- may delete them, within its own statement.
-- +goose StatementBegin
CREATE FUNCTION prune_audit(age double precision, at_most integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    gone bigint;
BEGIN
    PERFORM set_config('hawkfish.prunes', 'audit', true);
    -- Looking at no more than may go keeps this short however long the trail is. It is as good as ordered by time.
    DELETE FROM audit WHERE at < now() - make_interval(secs => age) AND sequence IN (
        SELECT old.sequence FROM audit AS old ORDER BY old.sequence LIMIT at_most FOR UPDATE SKIP LOCKED
    );
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('hawkfish.prunes', '', true);
    RETURN gone;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('hawkfish.prunes', true) = TG_TABLE_NAME THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
