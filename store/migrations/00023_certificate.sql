-- +goose Up

-- The certificate that listeners show in place of their own, sealed (hawkfish.KeptCertificate).
INSERT INTO settings (name) VALUES ('certificate');
