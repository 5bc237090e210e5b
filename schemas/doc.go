// Package schemas holds what DMTF publishes, as Go: enumerations, message
// registries, privileges and the versions of schemas. Nearly all of it is
// generated (schemas/gen) from DSP8010 and DSP8011; the message texts are our
// own words. It imports only the standard library and knows nothing of HTTP,
// of HawkFish's nouns, or of who serves what.
package schemas

// TaskStatus is how a task fares; the standard uses Health for it (DSP2046, Task).
type TaskStatus = Health
