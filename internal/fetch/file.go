package fetch

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/projectbeskar/hawkfish"
)

// inside finds the folder that a file URL points into, and the file's path in it.
func (f *Fetcher) inside(u *url.URL) (dir, rest string, err error) {
	switch {
	case u.Host != "" && u.Host != "localhost" || u.User != nil:
		return "", "", refused(u, "a file URL names no other host")
	case u.Opaque != "" || u.RawQuery != "" || !strings.HasPrefix(u.Path, "/") || strings.ContainsRune(u.Path, 0):
		return "", "", refused(u, "a file URL holds an absolute path and nothing else")
	}
	file := filepath.Clean(filepath.FromSlash(u.Path))
	for _, dir := range f.policy.FileDirs {
		if rest, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rest) && rest != "." {
			return dir, rest, nil
		}
	}
	return "", "", refused(u, "the file is not in a folder that images may be read from")
}

func (f *Fetcher) openFile(ctx context.Context, u *url.URL) (io.ReadCloser, int64, error) {
	body, size, _, err := f.openFileVersion(ctx, u)
	return body, size, err
}

// openFileVersion opens a file below its folder; os.Root follows no symbolic link out of it.
func (f *Fetcher) openFileVersion(ctx context.Context, u *url.URL) (io.ReadCloser, int64, string, error) {
	dir, rest, err := f.inside(u)
	if err != nil {
		return nil, 0, "", err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, 0, "", hawkfish.Down("the image folder", err)
	}
	defer root.Close()
	// A named pipe would block the open, and opening a device can do things.
	if info, err := root.Stat(rest); err != nil || !info.Mode().IsRegular() {
		return nil, 0, "", fileFault(u, err)
	}
	file, err := root.OpenFile(rest, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, "", fileFault(u, err)
	}
	info, err := file.Stat()
	switch {
	case err != nil || !info.Mode().IsRegular():
		err = fileFault(u, err)
	case f.policy.MaxBytes > 0 && info.Size() > f.policy.MaxBytes:
		err = fault(u, errTooLarge)
	}
	if err != nil {
		file.Close()
		return nil, 0, "", err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	return &body{
		of: u, ctx: ctx, cancel: cancel, source: file,
		left: f.policy.MaxBytes, limited: f.policy.MaxBytes > 0, patience: f.policy.StallTimeout,
	}, info.Size(), versionOfFile(info), nil
}

// nothingThere lists how a system says that a path leads to no file.
var nothingThere = []error{fs.ErrNotExist, syscall.ENOTDIR, syscall.ELOOP, syscall.ENAMETOOLONG}

// fileFault says why a file cannot be read; no error: it is not a file.
func fileFault(u *url.URL, err error) error {
	switch {
	case err == nil:
		return refused(u, "not a regular file")
	case slices.ContainsFunc(nothingThere, func(e error) bool { return errors.Is(err, e) }):
		return refused(u, "the file does not exist")
	case errors.Is(err, fs.ErrPermission):
		return refused(u, "the file may not be read")
	}
	if _, system := errors.AsType[syscall.Errno](err); !system {
		// os.Root itself objects: a symbolic link leads out of the folder.
		return refused(u, "the file is not in a folder that images may be read from")
	}
	return hawkfish.Down("the image folder", err)
}
