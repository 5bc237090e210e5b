package postgres

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ErrNotInstalled says that no server programs were found.
var ErrNotInstalled = errors.New("PostgreSQL's server programs are not installed (Debian: apt-get install postgresql)")

// installations are where distributions put the programs of each major version;
// the version is the name of the folder above bin, or follows an @.
var installations = []string{
	"/usr/lib/postgresql/*/bin",          // Debian
	"/usr/pgsql-*/bin",                   // PostgreSQL's RPMs
	"/opt/homebrew/opt/postgresql@*/bin", // Homebrew
	"/usr/local/opt/postgresql@*/bin",
}

// FindBinDir returns the folder with the server programs of a major version, such as
// "15"; empty: the newest that is installed, or the one in PATH.
func FindBinDir(version string) (string, error) {
	var found []string
	for _, pattern := range installations {
		dirs, _ := filepath.Glob(pattern) // fails for a bad pattern only
		for _, dir := range dirs {
			if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
				found = append(found, dir)
			}
		}
	}
	if version != "" {
		i := slices.IndexFunc(found, func(dir string) bool { return strconv.Itoa(majorOf(dir)) == version })
		if i >= 0 {
			return found[i], nil
		}
	} else if len(found) > 0 {
		return slices.MaxFunc(found, func(a, b string) int { return majorOf(a) - majorOf(b) }), nil
	}
	program, err := exec.LookPath("postgres")
	switch {
	case err == nil:
		return filepath.Dir(program), nil
	case version != "" && len(found) > 0:
		return "", fmt.Errorf("%w: the cluster was made by version %s", ErrNotInstalled, version)
	}
	return "", ErrNotInstalled
}

// majorOf reads the version from the path of a bin folder; 0 when there is none.
func majorOf(binDir string) int {
	name := filepath.Base(filepath.Dir(binDir))
	major, _ := strconv.Atoi(name[strings.LastIndexAny(name, "@-")+1:])
	return major
}

// clusterVersion returns the major version that made a cluster; empty when there is none.
func clusterVersion(clusterDir string) string {
	text, err := os.ReadFile(filepath.Join(clusterDir, "PG_VERSION"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
