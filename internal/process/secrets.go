package process

import (
	"fmt"
	"os"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/keyring"
)

// secrets keeps what callers entrust to the service until a host uses it.
type secrets struct{ keys *keyring.Ring }

// secrets reads the keys; where there are none of their own, those of what Temporal keeps do.
func (p Parts) secrets() (secrets, error) {
	if p.Config.SecretKeys == "" && p.Config.SecretKeysFile == "" {
		keys, err := p.keys()
		return secrets{keys}, err
	}
	keys, err := ring("HAWKFISH_SECRET_KEYS_FILE", p.Config.SecretKeysFile, p.Config.SecretKeys)
	return secrets{keys}, err
}

// seal encrypts a password. Without a key the password is refused, and not kept in the clear.
func (s secrets) seal(password, label string) (hawkfish.Sealed, error) {
	if !s.keys.Encrypts() {
		return hawkfish.Sealed{}, &hawkfish.Error{
			Kind: hawkfish.Conflict, Property: "/Password", Value: "******",
			Message: "the service has no key to keep passwords with; its operator sets HAWKFISH_SECRET_KEYS",
		}
	}
	id, data, err := s.keys.Seal([]byte(password), label)
	return hawkfish.Sealed{Key: id, Data: data}, err
}

// unseal decrypts a password.
func (s secrets) unseal(sealed hawkfish.Sealed, label string) (string, error) {
	text, err := s.keys.Open(sealed.Key, sealed.Data, label)
	if err != nil {
		return "", &hawkfish.Error{
			Kind: hawkfish.Conflict, Property: "/Password", Value: "******", Message: "the host has not the key to read the password with", Err: err,
		}
	}
	return string(text), nil
}

// hostToken is what the worker of a host shows the fleet; empty: it has none.
func (p Parts) hostToken(id string) (hawkfish.JoinToken, error) {
	text := p.Config.HostTokens.Reveal()
	if file := p.Config.HostTokensFile; file != "" {
		kept, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("HAWKFISH_HOST_TOKENS_FILE: %w", err)
		}
		text = string(kept)
	}
	tokens, err := config.ParseHostTokens(text)
	if err != nil {
		return "", fmt.Errorf("HAWKFISH_HOST_TOKENS: %w", err)
	}
	token := hawkfish.JoinToken(tokens[id].Reveal())
	if token != "" && token.Key() == nil {
		return "", fmt.Errorf("HAWKFISH_HOST_TOKENS: the token of %s is none", id)
	}
	return token, nil
}
