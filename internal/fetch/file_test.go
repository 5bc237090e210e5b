package fetch_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/fetch"
)

func TestFiles(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	dir := filepath.Join(base, "images")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(filepath.Join(dir, "sub"), 0o755))
	must(os.WriteFile(filepath.Join(base, "secret"), []byte("secret"), 0o644))
	must(os.WriteFile(filepath.Join(dir, "a b.raw"), []byte("an image"), 0o644))
	must(os.WriteFile(filepath.Join(dir, "sub", "large"), make([]byte, 2000), 0o644))
	must(os.Symlink("a b.raw", filepath.Join(dir, "inner")))
	must(os.Symlink("../secret", filepath.Join(dir, "outer")))
	must(os.Symlink(filepath.Join(base, "secret"), filepath.Join(dir, "absolute")))
	must(os.Symlink("loop", filepath.Join(dir, "loop")))
	must(os.Symlink("..", filepath.Join(dir, "up")))
	must(syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644))

	p := fetch.Policy{FileDirs: []string{dir}, MaxBytes: 1000}
	for _, path := range []string{"/a%20b.raw", "/./sub/../a%20b.raw", "/inner"} {
		for _, host := range []string{"", "localhost"} {
			if got, size, err := read(t, p, "file://"+host+dir+path); got != "an image" || size != 8 || err != nil {
				t.Errorf("%s: got %q, %d, %v", path, got, size, err)
			}
		}
	}
	for _, url := range []string{
		"file://" + dir, "file://" + dir + "/", "file://" + dir + "/sub", "file://" + dir + "/none", "file://" + dir + "/a%20b.raw/x",
		"file://" + dir + "/outer", "file://" + dir + "/absolute", "file://" + dir + "/loop", "file://" + dir + "/up/secret",
		"file://" + dir + "/pipe", "file://" + dir + "/sub/large", "file://" + dir + "/../secret", "file://" + dir + "/%2e%2e/secret",
		"file://" + dir + "more/x", "file:///etc/passwd", "file://elsewhere" + dir + "/inner", "file:" + dir[1:],
		"file://" + dir + "/inner?x=1", "file://" + dir + "/a%00b", "file:///", "file://",
	} {
		_, _, err := read(t, p, url)
		wants(t, err, hawkfish.Invalid)
	}
	_, _, err := read(t, fetch.Policy{}, "file://"+dir+"/inner")
	wants(t, err, hawkfish.Invalid)
}
