package config

import (
	"fmt"
	"strings"
)

const head = `# Configuration

Every process reads the same keys: from a YAML file (` + "`--config` or `" + FileVariable + "`" + `), from variables, which
override it, and from the defaults below. A list is written with commas in a variable, and either way in
the file. Everything that is wrong is reported at once, with the key's name, and the process does not start. This page is generated
from ` + "`internal/config`: `go test ./internal/config -update`." + `

| Variable | Key in the file | Default | Meaning |
|---|---|---|---|
`

// Markdown returns docs/configuration.md.
func Markdown() string {
	var page strings.Builder
	page.WriteString(head)
	for _, key := range Describe() {
		value := "–"
		if key.Default != "" {
			value = "`" + key.Default + "`"
		}
		meaning := key.Meaning
		if key.Secret {
			meaning += " (secret: never shown)"
		}
		fmt.Fprintf(&page, "| `%s` | `%s` | %s | %s |\n", key.Variable, key.Name, value, meaning)
	}
	return page.String()
}
