// Package cloudinit writes what cloud-init looks for on a disk (its data source NoCloud): an ISO 9660 file system with the
// label "cidata". It knows no guests and no hosts.
package cloudinit

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/filesystem/iso9660"
)

// Label is that of the disk.
const Label = "cidata"

// blockSize is that of ISO 9660.
const blockSize = 2048

// Disk returns the content of a disk that holds files of these names: "user-data", "meta-data", "network-config". What is on
// the way to it in a folder of its own is removed.
func Disk(files map[string]string) (content []byte, err error) {
	folder, err := os.MkdirTemp("", "cidata-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	workspace, image := filepath.Join(folder, "files"), filepath.Join(folder, "disk")
	if err := os.Mkdir(workspace, 0o700); err != nil {
		return nil, err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(workspace, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	out, err := os.OpenFile(image, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	disk, err := iso9660.Create(file.New(out, false), 0, 0, blockSize, workspace)
	if err == nil {
		err = disk.Finalize(iso9660.FinalizeOptions{RockRidge: true, Joliet: true, VolumeIdentifier: Label})
	}
	if err != nil {
		return nil, fmt.Errorf("a disk for cloud-init could not be written: %w", err)
	}
	content, err = os.ReadFile(image)
	return append(content, make([]byte, -len(content)&(blockSize-1))...), err // hypervisors count in sectors
}
