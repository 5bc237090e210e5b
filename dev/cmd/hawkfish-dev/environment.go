package main

import (
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/dev/hold"
)

// development lists the variables that only this program knows. The
// configuration must not see them: it refuses what it does not know.
var development = []string{hold.EnvDir, "HAWKFISH_DEV_BIN"}

func environment(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(development, name)
	})
}
