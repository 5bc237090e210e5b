package main

import (
	"strings"
	"unicode"
)

// identifier turns a name of the standard into a part of a Go identifier. A
// sign between two digits becomes "_" ("x86-64" is X86_64), any other is
// dropped and starts a new word ("DB9 Female" is DB9Female).
func identifier(name string) string {
	var out strings.Builder
	runes := []rune(strings.ReplaceAll(name, "+", "Plus"))
	start := true
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r) && start:
			out.WriteRune(unicode.ToUpper(r))
			start = false
		case unicode.IsLetter(r), unicode.IsDigit(r):
			out.WriteRune(r)
			start = false
		case i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]):
			out.WriteByte('_')
		default:
			start = true
		}
	}
	return out.String()
}
