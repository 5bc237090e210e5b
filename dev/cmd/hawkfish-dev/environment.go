package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/dev/hold"
)

// development lists the variables that only this program knows. The
// configuration must not see them: it refuses what it does not know.
var development = []string{hold.EnvDir, "HAWKFISH_DEV_BIN"}

const stateDir = "HAWKFISH_STATE_DIR"

// environment is what the configuration sees: the process's variables, with a
// state folder that someone who is not root can write.
func environment(environ []string) []string {
	name := func(entry string) string { n, _, _ := strings.Cut(entry, "="); return n }
	seen := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool { return slices.Contains(development, name(entry)) })
	if os.Geteuid() == 0 || slices.ContainsFunc(seen, func(entry string) bool { return name(entry) == stateDir }) {
		return seen
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return seen
	}
	return append(seen, stateDir+"="+filepath.Join(home, ".local", "state", "hawkfish"))
}
