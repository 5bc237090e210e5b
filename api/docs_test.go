package api_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/projectbeskar/hawkfish/api"
	"github.com/projectbeskar/hawkfish/api/describe"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

var update = flag.Bool("update", false, "write docs/resources anew")

// The pages of docs/resources are what the declarations say.
func TestResourceDocs(t *testing.T) {
	t.Parallel()
	const folder = "../docs/resources"
	pages := describe.Pages(redfish.NewService(api.Resources(&control.Control{}, api.ServiceInfo{Version: "x"})))
	if *update {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, page := range pages {
		path := filepath.Join(folder, name)
		if *update {
			if err := os.WriteFile(path, page, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, page) {
			t.Errorf("%s is out of date: run make gen", path)
		}
	}
	have, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range have {
		if pages[filepath.Base(path)] == nil {
			t.Errorf("%s describes nothing that is served: run make gen", path)
		}
	}
}
