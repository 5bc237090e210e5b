package config

import (
	"reflect"
	"slices"
	"strings"
)

// Prefix begins the name of every variable.
const Prefix = "HAWKFISH_"

// FileVariable names the variable that says where the file is.
const FileVariable = Prefix + "CONFIG"

// Key describes one thing that can be set.
type Key struct {
	Name     string // in the file
	Variable string // in the environment
	Default  string // as it would be written; empty: unset
	Meaning  string
	Secret   bool

	index []int // of the field
}

// Describe lists every key in the order of Config.
func Describe() []Key { return keysOf(reflect.TypeFor[Config](), nil) }

func keysOf(t reflect.Type, at []int) []Key {
	var keys []Key
	for i := range t.NumField() {
		f, index := t.Field(i), append(slices.Clone(at), i)
		if f.Anonymous {
			keys = append(keys, keysOf(f.Type, index)...)
			continue
		}
		name := f.Tag.Get("key")
		keys = append(keys, Key{
			Name:     name,
			Variable: Prefix + strings.ToUpper(name),
			Default:  f.Tag.Get("default"),
			Meaning:  f.Tag.Get("help"),
			Secret:   f.Type == reflect.TypeFor[Secret](),
			index:    index,
		})
	}
	return keys
}

// nearest returns the key whose name is most like name.
func nearest(name string, keys []Key) Key {
	return slices.MinFunc(keys, func(a, b Key) int { return distance(name, a.Name) - distance(name, b.Name) })
}

// distance is Levenshtein's: how many letters to add, drop or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
