-- +goose Up

-- What hosts have counted of guests (hawkfish.Reading). Of each system a ring of minutes: a reading takes the place
-- of the one of an hour before. It is no record, and not worth what it would cost to keep it through a crash.
CREATE UNLOGGED TABLE metrics (
    system_id uuid NOT NULL, -- no foreign key: writers must not wait for changes of the system
    slot      smallint NOT NULL,
    at        timestamptz NOT NULL, -- the host's clock
    simulated boolean NOT NULL,
    cpu       bigint NOT NULL,
    memory    bigint NOT NULL,
    read      bigint NOT NULL,
    written   bigint NOT NULL,
    reads     bigint NOT NULL,
    writes    bigint NOT NULL,
    received  bigint NOT NULL,
    sent      bigint NOT NULL,
    PRIMARY KEY (system_id, slot)
) WITH (fillfactor = 80); -- what is written again finds room beside it
