-- +goose Up

-- Whether a suspended task is past its point of no return, or takes back what it did: then nobody can
-- cancel it, only decide how it goes on.
ALTER TABLE tasks ADD COLUMN committed boolean NOT NULL DEFAULT false;
