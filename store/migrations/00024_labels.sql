-- +goose Up

-- What callers file systems under.
ALTER TABLE systems ADD COLUMN labels jsonb NOT NULL DEFAULT '{}';
