package api

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// metricsState is what hosts have counted of a system.
type metricsState struct {
	system hawkfish.System
	hawkfish.SystemMetrics
}

// metricsView is the Oem resource Metrics: the figures of a system, now and in the last hour. What is missing cannot be told: a
// rate needs two readings of one run of the guest, and a guest that is off has none.
type metricsView struct {
	ID        string     `json:"Id"`
	Name      string     `json:"Name"`
	Timestamp *time.Time `json:"Timestamp,omitempty"` // of the latest figures
	Simulated bool       `json:"Simulated,omitempty"` // they are made up
	figuresView
	History []pastView `json:"History"` // newest first, without the latest
}

// pastView is what the figures were.
type pastView struct {
	Timestamp time.Time `json:"Timestamp"`
	figuresView
}

// figuresView holds hawkfish.Metrics by ID, in their units.
type figuresView struct {
	ProcessorTime        *float64 `json:"ProcessorTime,omitempty"`
	ProcessorUtilization *float64 `json:"ProcessorUtilization,omitempty"`
	MemoryConsumed       *float64 `json:"MemoryConsumed,omitempty"`
	DiskReadBytes        *float64 `json:"DiskReadBytes,omitempty"`
	DiskWrittenBytes     *float64 `json:"DiskWrittenBytes,omitempty"`
	DiskReads            *float64 `json:"DiskReads,omitempty"`
	DiskWrites           *float64 `json:"DiskWrites,omitempty"`
	DiskReadRate         *float64 `json:"DiskReadRate,omitempty"`
	DiskWriteRate        *float64 `json:"DiskWriteRate,omitempty"`
	NetworkReceivedBytes *float64 `json:"NetworkReceivedBytes,omitempty"`
	NetworkSentBytes     *float64 `json:"NetworkSentBytes,omitempty"`
	NetworkReceiveRate   *float64 `json:"NetworkReceiveRate,omitempty"`
	NetworkSendRate      *float64 `json:"NetworkSendRate,omitempty"`
}

func metrics(c *control.Control) redfish.Resource {
	return redfish.Define(redfish.Spec[metricsView, metricsState]{
		Type: "#HawkFishMetrics.v1_0_0.HawkFishMetrics", Path: "/redfish/v1/Systems/{id}/Oem/HawkFish/Metrics", Like: "ComputerSystem",
		Load: func(ctx context.Context, req *redfish.Request) (metricsState, error) {
			s, err := c.FindSystem(ctx, req.Scope(), req.Var("id"))
			if err != nil {
				return metricsState{}, err
			}
			m, err := c.MetricsOf(ctx, s.ID)
			return metricsState{s, m}, err
		},
		Project: func(m metricsState) string { return m.system.ProjectID },
		Key:     func(m metricsState) string { return m.system.ID },
		Show: func(_ redfish.Links, m metricsState) metricsView {
			v := metricsView{ID: "Metrics", Name: "Metrics of " + m.system.Name, History: []pastView{}}
			for i, r := range m.Readings {
				at, figures := r.At.Truncate(time.Second), showFigures(figuresOf(m.SystemMetrics, i))
				if i == 0 {
					v.Timestamp, v.Simulated, v.figuresView = &at, r.Simulated, figures
				} else {
					v.History = append(v.History, pastView{at, figures})
				}
			}
			return v
		},
	})
}

func showFigures(all []figure) (v figuresView) {
	at := map[string]**float64{
		"ProcessorTime": &v.ProcessorTime, "ProcessorUtilization": &v.ProcessorUtilization, "MemoryConsumed": &v.MemoryConsumed,
		"DiskReadBytes": &v.DiskReadBytes, "DiskWrittenBytes": &v.DiskWrittenBytes, "DiskReads": &v.DiskReads, "DiskWrites": &v.DiskWrites,
		"DiskReadRate": &v.DiskReadRate, "DiskWriteRate": &v.DiskWriteRate, "NetworkReceivedBytes": &v.NetworkReceivedBytes,
		"NetworkSentBytes": &v.NetworkSentBytes, "NetworkReceiveRate": &v.NetworkReceiveRate, "NetworkSendRate": &v.NetworkSendRate,
	}
	for _, f := range all {
		*at[f.ID] = new(rounded(f.value))
	}
	return v
}
