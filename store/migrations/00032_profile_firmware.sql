-- +goose Up

-- The mode that systems of a profile boot in; empty: the default.
ALTER TABLE profiles ADD COLUMN firmware text NOT NULL DEFAULT '';
