package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// productionPackage is what runs in production, without Temporal and hold points.
const productionPackage = "github.com/projectbeskar/hawkfish/cmd/hawkfish"

// build builds the production program, and returns its path.
func (b *run) build(ctx context.Context) (string, error) {
	b.say("building %s", productionPackage)
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, "hawkfish-dev", "hawkfish")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, productionPackage)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", productionPackage, err, out)
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	b.report.Binary = info.Size()
	return path, nil
}
