// Package config holds what can be set from outside, for every process alike:
// a YAML file, HAWKFISH_ variables over it, defaults under it. The struct's tags are the one place
// where a key, its default and its meaning stand; loading, checking and docs/configuration.md
// range over them. It does not know what anyone does with a value.
package config
