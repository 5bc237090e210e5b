package store

import (
	"strings"
	"unicode/utf8"

	"github.com/projectbeskar/hawkfish"
)

// held lists the IDs of a scope's projects as queries take them.
func held(scope hawkfish.Scope) []string {
	ids := make([]string, 0, len(scope.Projects))
	for _, id := range scope.Projects {
		if isID(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// atMost returns a page's limit as queries take it; nil: all.
func atMost(page hawkfish.Page) *int64 {
	if page.Limit <= 0 {
		return nil
	}
	limit := int64(page.Limit)
	return &limit
}

// isText reports whether PostgreSQL can hold s; nothing is named by what it cannot.
func isText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsRune(s, 0)
}
