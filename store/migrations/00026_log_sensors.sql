-- +goose Up

-- The type of the sensor that an entry of a system event log is of; empty: the entry is of another log.
ALTER TABLE log_entries ADD COLUMN sensor text NOT NULL DEFAULT '';
