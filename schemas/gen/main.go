// Command gen writes package schemas from what DMTF publishes.
//
//	go run ./schemas/gen -dmtf DIR -out schemas
//
// DIR holds csdl/ and json-schema/ of DSP8010 and registries/ of DSP8011.
// Facts are taken from there: names, members, versions, ids, argument counts,
// severities, privileges. Sentences are not: those of the message registries
// are our own and lie in texts/, as do the registries that are ours alone.
//
// The same input gives the same bytes. It knows nothing of HawkFish beyond
// the tables in this folder.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dmtf := flag.String("dmtf", os.Getenv("HAWKFISH_DMTF_DIR"), "folder with csdl/, json-schema/ and registries/")
	out := flag.String("out", "schemas", "folder of package schemas")
	flag.Parse()
	if err := run(*dmtf, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run replaces every generated file in out.
func run(dmtf, out string) error {
	if dmtf == "" {
		return fmt.Errorf("say where DMTF's data lies: -dmtf DIR or HAWKFISH_DMTF_DIR")
	}
	files, err := generate(dmtf)
	if err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(out, "*_gen.go"))
	if err != nil {
		return err
	}
	for _, path := range old {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	for name, source := range files {
		if err := os.WriteFile(filepath.Join(out, name), source, 0o644); err != nil {
			return err
		}
	}
	return nil
}
