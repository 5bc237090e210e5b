-- +goose Up

-- What a system is made of, and boots from (hawkfish.Machine). It is read and written as a whole; what
-- is counted when systems are placed stays in columns.
ALTER TABLE systems ADD COLUMN machine jsonb;

UPDATE systems SET machine = jsonb_build_object(
    'firmware', 'Legacy',
    'boot', jsonb_build_object('primary', boot_primary, 'override', jsonb_build_object('target', boot_target, 'enabled', boot_enabled))
);

ALTER TABLE systems
    ALTER COLUMN machine SET NOT NULL,
    DROP COLUMN boot_primary, DROP COLUMN boot_target, DROP COLUMN boot_enabled;
