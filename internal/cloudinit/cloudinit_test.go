package cloudinit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem/iso9660"

	"github.com/projectbeskar/hawkfish/internal/cloudinit"
)

func TestDisk(t *testing.T) {
	t.Parallel()
	files := map[string]string{"user-data": "#cloud-config\n", "meta-data": "instance-id: x\n", "network-config": ""}
	content, err := cloudinit.Disk(files)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	disk, err := iso9660.Read(file.New(in, true), int64(len(content)), 0, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if label := strings.TrimRight(disk.Label(), " \x00"); label != cloudinit.Label {
		t.Errorf("label %q", label)
	}
	for name, want := range files {
		if got, err := disk.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s: %q %v", name, got, err)
		}
	}
}
