package fence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// agent is a program that keeps to ClusterLabs' fence agent API: it reads its options from the standard input, one a line, and says by its
// exit status what came of the action.
type agent struct {
	path    string
	options string
}

func newAgent(dir string, how hawkfish.Fencing, password string) (*agent, error) {
	if dir == "" {
		return nil, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", Message: "no fence agents are configured (HAWKFISH_FENCE_AGENTS)"}
	}
	var options strings.Builder
	for key, value := range map[string]string{"ip": how.Address, "username": how.UserName, "password": password, "plug": how.System} {
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' }) {
			return nil, hawkfish.Refused("/Fencing", "", "what an agent is given must be one line")
		}
		if value != "" {
			fmt.Fprintf(&options, "%s=%s\n", key, value)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(how.Options)) {
		fmt.Fprintf(&options, "%s=%s\n", key, how.Options[key])
	}
	return &agent{filepath.Join(dir, how.Agent), options.String()}, nil
}

// Exit statuses of the action "status" (fence agent API).
const (
	agentOn  = 0
	agentOff = 2
)

func (a *agent) power(ctx context.Context) (schemas.PowerState, error) {
	status, err := a.run(ctx, "status")
	switch {
	case err != nil:
		return "", err
	case status == agentOn:
		return schemas.PowerStateOn, nil
	case status == agentOff:
		return schemas.PowerStateOff, nil
	}
	return "", down(fmt.Sprintf("the fence agent cannot say whether the host is on (%d)", status), nil)
}

func (a *agent) off(ctx context.Context) error {
	status, err := a.run(ctx, "off")
	if err == nil && status != 0 {
		err = down(fmt.Sprintf("the fence agent could not switch the host off (%d)", status), nil)
	}
	return err
}

// agentWithin bounds one run of an agent, some of which wait for the machine themselves.
const agentWithin = time.Minute

func (a *agent) run(ctx context.Context, action string) (status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, agentWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, a.path) //nolint:gosec // its name was checked, its folder is the operator's
	cmd.Stdin = strings.NewReader("action=" + action + "\n" + a.options)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.WaitDelay = time.Second
	var said bytes.Buffer // may quote what it was given: it is shown to nobody
	cmd.Stdout, cmd.Stderr = &said, &said
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return exit.ExitCode(), nil
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, exec.ErrDot) {
		return 0, down("the fence agent is not installed beside the fleet's worker", nil)
	}
	if err != nil {
		return 0, down("the fence agent could not be run, or has not ended in time", err)
	}
	return 0, nil
}
