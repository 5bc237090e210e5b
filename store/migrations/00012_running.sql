-- +goose Up

-- What a running guest was made of when it last booted (hawkfish.Running), while that is not what its system is to be.
ALTER TABLE systems ADD COLUMN running jsonb;
