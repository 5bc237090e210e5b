-- +goose Up

-- Whether the step at which a suspended task waits cannot be skipped, because the next ones need its answer.
ALTER TABLE tasks ADD COLUMN needed boolean NOT NULL DEFAULT false;
