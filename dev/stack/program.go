package stack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// EnvProgram names the variable with the path of a hawkfish-dev that has been built already.
const EnvProgram = "HAWKFISH_DEV_BIN"

const programPackage = "github.com/projectbeskar/hawkfish/dev/cmd/hawkfish-dev"

// Program returns the path of hawkfish-dev, which is built once for each test program.
func Program(t testing.TB) string {
	t.Helper()
	if path := os.Getenv(EnvProgram); path != "" {
		return path
	}
	path, err := built()
	require.NoError(t, err)
	return path
}

var built = sync.OnceValues(func() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	checkout, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find the checkout: %w", err)
	}
	// One for each checkout: what a test kills and starts again must not have become another's program meanwhile.
	sum := sha256.Sum256(checkout)
	dir := filepath.Join(cache, "hawkfish-dev", hex.EncodeToString(sum[:4]))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	// Tests of several packages build at the same time; the compiler's work is shared, the result's file is not.
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	path := filepath.Join(dir, "hawkfish-dev")
	cmd := exec.Command("go", "build", "-o", path, programPackage)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as everywhere: other flags would compile Temporal once more
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", programPackage, err, out)
	}
	return path, nil
})
