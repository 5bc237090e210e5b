package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dmtfFolder is HAWKFISH_DMTF_DIR, else the folder shared/dmtf beside the checkout.
func dmtfFolder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("HAWKFISH_DMTF_DIR")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "dmtf")
	}
	if _, err := os.Stat(filepath.Join(dir, "csdl")); err != nil {
		t.Skipf("DMTF's data is not here (%v): set HAWKFISH_DMTF_DIR to the folder that holds csdl/, json-schema/ and registries/", err)
	}
	return dir
}

func TestGeneratedMatchesDMTF(t *testing.T) {
	t.Parallel()
	dmtf, out := dmtfFolder(t), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(out, "stale_gen.go"), nil, 0o600))
	require.NoError(t, run(dmtf, out))
	const advice = "run make gen and commit what it changes"
	want, err := filepath.Glob(filepath.Join(out, "*_gen.go"))
	require.NoError(t, err)
	have, err := filepath.Glob(filepath.Join("..", "*_gen.go"))
	require.NoError(t, err)
	assert.Len(t, have, len(want), advice)
	for _, path := range want {
		fresh, err := os.ReadFile(path)
		require.NoError(t, err)
		committed, err := os.ReadFile(filepath.Join("..", filepath.Base(path)))
		require.NoError(t, err, advice)
		assert.True(t, string(fresh) == string(committed), "%s is out of date: %s", filepath.Base(path), advice)
	}
}

func TestGenerateWithoutInput(t *testing.T) {
	t.Parallel()
	assert.ErrorContains(t, run("", t.TempDir()), "HAWKFISH_DMTF_DIR")
	out := t.TempDir()
	kept := filepath.Join(out, "kept_gen.go")
	require.NoError(t, os.WriteFile(kept, nil, 0o600))
	require.Error(t, run(t.TempDir(), out))
	assert.FileExists(t, kept, "nothing is removed before everything is generated")
}

// TestTextsAreOurOwn compares every sentence of ours with every one of DMTF's registries.
func TestTextsAreOurOwn(t *testing.T) {
	t.Parallel()
	theirs := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(dmtfFolder(t), "registries", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		var doc any
		require.NoError(t, json.Unmarshal(raw, &doc))
		collect(doc, func(s string) { theirs[normal(s)] = s })
	}
	all, err := readTexts()
	require.NoError(t, err)
	for _, registry := range all {
		for key, m := range registry.Messages {
			for _, ours := range []string{m.About, "Says that " + m.About, m.Text, m.Resolution} {
				n := normal(ours)
				if len(strings.Fields(n)) <= 2 { // such as "None."
					continue
				}
				if same, ok := theirs[n]; ok {
					t.Errorf("%s: %q is what DMTF says: %q", key, ours, same)
				}
			}
		}
	}
}

var notWords = regexp.MustCompile(`[^a-z0-9]+`)

func normal(s string) string {
	return strings.TrimSpace(notWords.ReplaceAllString(strings.ToLower(s), " "))
}

func collect(v any, found func(string)) {
	switch v := v.(type) {
	case string:
		found(v)
	case []any:
		for _, e := range v {
			collect(e, found)
		}
	case map[string]any:
		for _, e := range v {
			collect(e, found)
		}
	}
}

func TestIdentifier(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"On": "On", "x86-64": "X86_64", "IA-64": "IA64", "EIA_310": "EIA310", "TPM2_0": "TPM2_0",
		"DB9 Female": "DB9Female", "N+m": "NPlusm", "iQN": "IQN", "RISC-V": "RISCV",
	} {
		assert.Equal(t, want, identifier(name))
	}
}

func TestMessagesAreChecked(t *testing.T) {
	t.Parallel()
	good := message{about: "a", text: "%1 and %2.", resolution: "None.", args: []string{"one", "two"}, status: 400}
	require.NoError(t, good.check())
	for name, spoil := range map[string]func(*message){
		"no text":           func(m *message) { m.text = "" },
		"unused argument":   func(m *message) { m.text = "%1." },
		"missing argument":  func(m *message) { m.resolution = "%3." },
		"keyword":           func(m *message) { m.args = []string{"one", "type"} },
		"status of success": func(m *message) { m.status = 200 },
	} {
		bad := good
		spoil(&bad)
		assert.Error(t, bad.check(), name)
	}
}
