package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/keyring"
)

// addSecretKeys gives the processes of a state folder a key to keep secrets with, unless they were given some.
func (s *session) addSecretKeys() error {
	if s.cfg.SecretKeys != "" || s.cfg.SecretKeysFile != "" {
		return nil
	}
	if err := os.MkdirAll(s.cfg.StateDir, 0o755); err != nil {
		return err
	}
	file := filepath.Join(s.cfg.StateDir, "secret-keys")
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(file); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(file)
	s.cfg.SecretKeys = config.Secret(text)
	return err
}

// makeKey writes a key, of which there is only ever one: of several processes that try at once, the first wins.
func makeKey(file string) error {
	key := make([]byte, keyring.KeyBytes)
	_, _ = rand.Read(key)                                            // never fails (crypto/rand)
	draft, err := os.CreateTemp(filepath.Dir(file), "secret-keys-*") // for its owner alone
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.WriteString("dev:" + base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Link(draft.Name(), file)
	}
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
