-- +goose Up

-- What is over is found by its age.
CREATE INDEX tasks_ended ON tasks (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX events_age ON events (created_at);
