package api

import (
	"context"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// serialLogBytes is how much of a guest's serial output is shown: its end.
const serialLogBytes = 64 << 10

// serialLogState is what a guest has printed.
type serialLogState struct {
	system hawkfish.System
	output []byte
}

// serialLogView is the Oem resource SerialLog: the end of what the guest wrote
// to its first serial port since it was last started from off.
type serialLogView struct {
	ID       string `json:"Id"`
	Name     string `json:"Name"`
	MaxBytes int    `json:"MaxBytes"`
	Output   string `json:"Output"` // what is not UTF-8 is shown as U+FFFD
}

func serialLog(c *control.Control) redfish.Resource {
	find := findSystem(c)
	return redfish.Define(redfish.Spec[serialLogView, serialLogState]{
		Type: "#HawkFishSerialLog.v1_0_0.HawkFishSerialLog",
		Path: "/redfish/v1/Systems/{id}/Oem/HawkFish/SerialLog",
		Slow: true,
		Load: func(ctx context.Context, req *redfish.Request) (serialLogState, error) {
			s, err := find(ctx, req)
			if err != nil {
				return serialLogState{}, err
			}
			output, err := c.SerialOutput(ctx, s, serialLogBytes)
			return serialLogState{s, output}, err
		},
		Project: func(l serialLogState) string { return l.system.ProjectID },
		Key:     func(l serialLogState) string { return l.system.ID },
		Show: func(_ redfish.Links, l serialLogState) serialLogView {
			return serialLogView{
				ID: "SerialLog", Name: "Serial output of " + l.system.Name,
				MaxBytes: serialLogBytes, Output: strings.ToValidUTF8(string(l.output), "\uFFFD"),
			}
		},
	})
}
