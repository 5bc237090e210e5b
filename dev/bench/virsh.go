package bench

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// byVirsh names the switcher that is what people had before.
const byVirsh = "virsh"

// virsh runs one virsh for each change.
type virsh struct{ uri string }

var virshCommand = map[schemas.ResetType]string{schemas.ResetTypeOn: "start", schemas.ResetTypeForceOff: "destroy"}

func (v virsh) change(ctx context.Context, system string, to schemas.ResetType) (_, done time.Duration, err error) {
	began := time.Now()
	out, err := exec.CommandContext(ctx, "virsh", "--quiet", "--connect", v.uri, virshCommand[to], system).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("virsh: %w: %s", err, bytes.TrimSpace(out))
	}
	return 0, time.Since(began), err
}
