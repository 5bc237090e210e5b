-- +goose Up

-- Whether a suspended task is past its point of no return, or takes back what it did: then nobody can
-- cancel it, only decide how it goes on.
ALTER TABLE tasks ADD COLUMN committed boolean NOT NULL DEFAULT false;

-- What is over is found by its age.
CREATE INDEX tasks_ended ON tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX events_age ON events (created_at);
