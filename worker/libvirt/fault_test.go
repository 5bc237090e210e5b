package libvirt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

func TestFault(t *testing.T) {
	t.Parallel()
	lv := func(code golibvirt.ErrorNumber, text string) error {
		return golibvirt.Error{Code: uint32(code), Message: text}
	}
	for _, c := range []struct {
		err  error
		want hawkfish.Kind
	}{
		{lv(golibvirt.ErrNoDomain, "no domain with matching uuid"), hawkfish.NotFound},
		{lv(golibvirt.ErrOperationInvalid, "domain is not running"), hawkfish.Conflict},
		{lv(golibvirt.ErrOperationFailed, "domain 'x' already exists with uuid y"), hawkfish.Exists},
		{lv(golibvirt.ErrSystemError, "cannot write: No space left on device"), hawkfish.Exhausted},
		{lv(golibvirt.ErrInternalError, "process exited: cannot set up guest memory 'pc.ram': Cannot allocate memory"), hawkfish.Exhausted},
		{lv(golibvirt.ErrOperationInvalid, "volume 'x' is still being allocated."), hawkfish.Unavailable},
		{lv(golibvirt.ErrSystemError, "Cannot access storage file '/pool/x'"), hawkfish.Conflict},
		{lv(golibvirt.ErrConfigUnsupported, "CPU mode is not supported"), hawkfish.Unsupported},
		{lv(golibvirt.ErrXMLError, "XML error"), hawkfish.Internal},
		{fmt.Errorf("looking: %w", lv(golibvirt.ErrNoDomain, "")), hawkfish.NotFound},
		{golibvirt.ErrInterrupted, hawkfish.Unavailable},
		{golibvirt.ErrUnsupported, hawkfish.Unsupported},
		{syscall.EINVAL, hawkfish.Unavailable},
		{io.EOF, hawkfish.Unavailable},
		{context.DeadlineExceeded, hawkfish.Unavailable},
		{errors.New("anything else"), hawkfish.Internal},
		{hawkfish.Refused("/DiskGiB", "1", "too small"), hawkfish.Invalid},
	} {
		err := fault(c.err, "ComputerSystem", "id")
		e, ok := errors.AsType[*hawkfish.Error](err)
		if !ok || e.Kind != c.want || e.Resource != "ComputerSystem" || e.ID != "id" {
			t.Errorf("%v became %v, want %s", c.err, err, c.want)
		}
		if !errors.Is(err, c.err) && !ok {
			t.Errorf("%v has lost its cause", err)
		}
	}
	if fault(nil, "ComputerSystem", "id") != nil {
		t.Error("no error became one")
	}
	// What is named already keeps its name, and shared errors are not written to.
	if e, _ := errors.AsType[*hawkfish.Error](fault(hawkfish.Missing("Image", "i"), "ComputerSystem", "id")); e.Resource != "Image" {
		t.Errorf("got %v", e)
	}
	if _ = fault(errOff, "ComputerSystem", "id"); errOff.ID != "" {
		t.Error("errOff has been changed")
	}
}

// Messages reach callers: none may tell of libvirt's own words, which hold paths.
func TestEveryCodeHasAKind(t *testing.T) {
	t.Parallel()
	for code, m := range codes {
		if m.kind == "" {
			t.Errorf("%d has no kind", code)
		}
	}
}
