package libvirt

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// meaning is what an error of libvirt's means to the fleet.
type meaning struct {
	kind    hawkfish.Kind
	message string
}

// codes says what libvirt's error numbers mean (virterror.h); all others are Internal.
var codes = map[golibvirt.ErrorNumber]meaning{
	golibvirt.ErrNoDomain:             {hawkfish.NotFound, ""},
	golibvirt.ErrNoNetwork:            {hawkfish.Conflict, "the host has no such network"},
	golibvirt.ErrNoStorageVol:         {hawkfish.NotFound, "the host has no such volume"},
	golibvirt.ErrNoMemory:             {hawkfish.Exhausted, "the host is out of memory"},
	golibvirt.ErrDomExist:             {hawkfish.Exists, "another domain has the name"},
	golibvirt.ErrOperationInvalid:     {hawkfish.Conflict, "the guest's state forbids it"},
	golibvirt.ErrNoSupport:            {hawkfish.Unsupported, "the host cannot do it"},
	golibvirt.ErrOperationUnsupported: {hawkfish.Unsupported, "the host cannot do it"},
	golibvirt.ErrArgumentUnsupported:  {hawkfish.Unsupported, "the host cannot do it"},
	golibvirt.ErrConfigUnsupported:    {hawkfish.Unsupported, "the host cannot make such a guest"},
	golibvirt.ErrCPUIncompatible:      {hawkfish.Unsupported, "the host cannot give guests the configured CPU"},
	golibvirt.ErrOperationTimeout:     {hawkfish.Unavailable, "the host is busy with the guest"},
	golibvirt.ErrResourceBusy:         {hawkfish.Unavailable, "the host is busy with the guest"},
	golibvirt.ErrOperationAborted:     {hawkfish.Unavailable, "the host has given up"},
	golibvirt.ErrAgentUnresponsive:    {hawkfish.Unavailable, "the guest's agent does not answer"},
	golibvirt.ErrNoConnect:            {hawkfish.Unavailable, "libvirt does not answer"},
	golibvirt.ErrRPC:                  {hawkfish.Unavailable, "libvirt does not answer"},
	golibvirt.ErrAuthFailed:           {hawkfish.Unavailable, "libvirt refuses the host's worker"},
	golibvirt.ErrAuthUnavailable:      {hawkfish.Unavailable, "libvirt refuses the host's worker"},
	golibvirt.ErrAccessDenied:         {hawkfish.Unavailable, "libvirt refuses the host's worker"},
	golibvirt.ErrOperationDenied:      {hawkfish.Unavailable, "libvirt refuses the host's worker"},
}

// texts says what libvirt tells only in words, whatever the number. The first that fits counts.
var texts = []struct {
	text string
	meaning
}{
	{"No space left on device", meaning{hawkfish.Exhausted, "the host's disks are full"}},
	{"Cannot allocate memory", meaning{hawkfish.Exhausted, "the host is out of memory"}},
	{"cannot set up guest memory", meaning{hawkfish.Exhausted, "the host is out of memory"}},
	{"still being allocated", meaning{hawkfish.Unavailable, "the host is busy with the volume"}},
	{"asynchronous jobs running", meaning{hawkfish.Unavailable, "the host is busy with its storage"}},
	{"is still in use", meaning{hawkfish.Unavailable, "the host is busy with the volume"}},
	{"Cannot access storage file", meaning{hawkfish.Conflict, "its disk is missing"}},
	{"Failed to get \"write\" lock", meaning{hawkfish.Conflict, "its disk is in use elsewhere"}},
	{"' is not active", meaning{hawkfish.Conflict, "its network or its storage is not active on the host"}},
	{"already exists with uuid", meaning{hawkfish.Exists, "another domain has the name"}},
}

// fault turns any error into a *hawkfish.Error about a resource; one that is already stays what
// it is, but learns what it is about.
func fault(err error, resource, id string) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*hawkfish.Error](err); ok {
		if e.Resource != "" || resource == "" {
			return err
		}
		named := *e
		named.Resource, named.ID = resource, id
		return &named
	}
	m := meaningOf(err)
	return &hawkfish.Error{Kind: m.kind, Resource: resource, ID: id, Message: m.message, Err: err}
}

func meaningOf(err error) meaning {
	if isLoss(err) {
		return meaning{hawkfish.Unavailable, "libvirt does not answer"}
	}
	for _, t := range texts {
		if strings.Contains(err.Error(), t.text) {
			return t.meaning
		}
	}
	if m, ok := codes[codeOf(err)]; ok {
		return m
	}
	if errors.Is(err, golibvirt.ErrUnsupported) {
		return meaning{hawkfish.Unsupported, "the host's libvirt is too old for it"}
	}
	return meaning{hawkfish.Internal, "the host has failed"}
}

// isLoss reports whether err says that the connection, not the call, has failed.
// go-libvirt returns EINVAL for a call on a connection that is already lost.
func isLoss(err error) bool {
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	for _, loss := range []error{
		golibvirt.ErrInterrupted, syscall.EINVAL, syscall.EPIPE, syscall.ECONNRESET, syscall.ECONNREFUSED,
		io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, net.ErrClosed, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, loss) {
			return true
		}
	}
	return false
}

func codeOf(err error) golibvirt.ErrorNumber {
	if e, ok := errors.AsType[golibvirt.Error](err); ok {
		return golibvirt.ErrorNumber(e.Code)
	}
	return golibvirt.ErrOk
}
