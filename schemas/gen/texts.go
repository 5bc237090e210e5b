package main

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

//go:embed texts/*.json
var textFiles embed.FS

// text is what we say about a message. For a registry of our own it is all
// there is; else severity, parameter types and clearing come from DMTF.
type text struct {
	Args       []string `json:"args"` // Go names; ":number" behind one gives its type in a registry of our own
	Status     int      `json:"status"`
	About      string   `json:"about"` // completes "Says that …"
	Text       string   `json:"text"`
	Resolution string   `json:"resolution"`
	Severity   string   `json:"severity"`
	Clears     []string `json:"clears"`
}

// texts is one file of texts/.
type texts struct {
	Source   string          `json:"source"` // DMTF's file; empty for a registry of our own
	Prefix   string          `json:"prefix"`
	Version  string          `json:"version"`
	Owner    string          `json:"owner"`
	Name     string          `json:"name"`
	About    string          `json:"about"`
	Messages map[string]text `json:"messages"`
}

// dmtfRegistry is a message registry as DSP8011 publishes it.
type dmtfRegistry struct {
	RegistryPrefix  string
	RegistryVersion string
	OwningEntity    string
	Messages        map[string]struct {
		Message           string
		Description       string
		Resolution        string
		MessageSeverity   string
		NumberOfArgs      int
		ParamTypes        []string
		VersionDeprecated string
		ClearingLogic     struct {
			ClearsAll     bool
			ClearsMessage []string
		}
	}
}

// readTexts reads every file of texts/.
func readTexts() ([]texts, error) {
	paths, err := fs.Glob(textFiles, "texts/*.json")
	if err != nil {
		return nil, err
	}
	var all []texts
	for _, path := range paths {
		raw, err := textFiles.ReadFile(path)
		if err != nil {
			return nil, err
		}
		var t texts
		if err := decodeStrictly(raw, &t); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, t)
	}
	return all, nil
}

func decodeStrictly(raw []byte, into any) error {
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	dec.DisallowUnknownFields()
	return dec.Decode(into)
}

func readDMTFRegistry(dmtf, file string) (dmtfRegistry, error) {
	raw, err := os.ReadFile(filepath.Join(dmtf, "registries", file))
	if err != nil {
		return dmtfRegistry{}, err
	}
	var r dmtfRegistry
	if err := json.Unmarshal(raw, &r); err != nil {
		return dmtfRegistry{}, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}
