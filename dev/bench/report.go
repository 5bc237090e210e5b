package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Report is what was measured. Durations are in nanoseconds in JSON, sizes in bytes.
type Report struct {
	Began      time.Time
	Took       time.Duration
	Platform   string
	Processors int
	Go         string

	Reads     []Read
	Resets    []Resets
	Processes []Process
	Binary    int64    // size of the production program
	Skipped   []string `json:",omitempty"` // what could not be measured here, and why
}

// Read is one kind of GET, answered by the API and by a bare handler that sends the same bytes.
type Read struct {
	Fleet       int    // systems
	Resource    string // System or Systems
	Bytes       int    // of the body
	TLS         bool
	Login       string // Token or Basic; the bare handler asks for none
	Connections int
	API, Bare   Served
	// Throughput is the API's requests a second to the bare handler's. Client and server share
	// the processors, so both pay for the client, too.
	Throughput float64
	// Work is the same of the servers' own processor time for each request: the bare handler's to the API's.
	Work float64
}

// Served is how one side answered.
type Served struct {
	PerSecond float64
	P50, P99  time.Duration
	CPU       time.Duration // of the server, for each request
}

// Resets is many changes of power, On and ForceOff in turns.
type Resets struct {
	Host     string // simulated or libvirt
	By       string // HawkFish or virsh
	At       int    // systems at the same time
	Count    int
	Accepted Spread `json:",omitzero"` // from the request to the 202; virsh has no such thing
	Done     Spread // from the request to the task's end in the database; virsh: to its exit
	// PerSecond is how many were done.
	PerSecond float64
}

// Spread is a distribution of durations.
type Spread struct{ P50, P99 time.Duration }

func (h *histogram) spread() Spread { return Spread{h.quantile(0.5), h.quantile(0.99)} }

// Process is what a process takes.
type Process struct {
	Name         string
	Resident     int64         // with its children
	Proportional int64         // what is shared divided among those who share it
	Start        time.Duration // until it is ready, what it needs being there; 0: not measured
}

// JSON writes the report for programs.
func (r *Report) JSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(r)
}

// Text writes the report for people.
func (r *Report) Text(w io.Writer) {
	fmt.Fprintf(w, "%s, %d processors for clients, servers and databases, %s; took %v\n", r.Platform, r.Processors, r.Go, r.Took.Round(time.Second))
	table(w, "Reads, beside a bare Fiber handler that sends the same bytes",
		"fleet\tresource\tbytes\t\tlogin\tconns\treq/s\tp50\tp99\tcpu/req\tbare req/s\tp50\tp99\tcpu/req\tthroughput\tserver's work", r.Reads, func(x Read) string {
			return fmt.Sprintf("%d\t%s\t%d\t%s\t%s\t%d\t%s\t%s\t%.0f %%\t%.0f %%", x.Fleet, x.Resource, x.Bytes, protocol(x.TLS), x.Login, x.Connections,
				x.API, x.Bare, 100*x.Throughput, 100*x.Work)
		})
	table(w, "Resets, On and ForceOff in turns", "host\tby\tsystems at once\tcount\t202 p50\tp99\tdone p50\tp99\tper second", r.Resets, func(x Resets) string {
		return fmt.Sprintf("%s\t%s\t%d\t%d\t%s\t%s\t%.1f", x.Host, x.By, x.At, x.Count, x.Accepted, x.Done, x.PerSecond)
	})
	table(w, "Processes", "process\tresident MiB\tproportional MiB\tready after", r.Processes, func(x Process) string {
		return fmt.Sprintf("%s\t%.0f\t%.0f\t%s", x.Name, mib(x.Resident), mib(x.Proportional), short(x.Start))
	})
	if r.Binary > 0 {
		fmt.Fprintf(w, "\nhawkfish, the production program: %.1f MiB\n", mib(r.Binary))
	}
	for _, why := range r.Skipped {
		fmt.Fprintf(w, "\nskipped: %s\n", why)
	}
}

func table[T any](w io.Writer, title, head string, rows []T, text func(T) string) {
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s\n\n", title)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, head+"\t")
	for _, row := range rows {
		fmt.Fprintln(out, text(row)+"\t")
	}
	_ = out.Flush() // to a terminal, or what stands for one
}

func (s Served) String() string {
	return fmt.Sprintf("%.0f\t%s\t%s\t%s", s.PerSecond, short(s.P50), short(s.P99), short(s.CPU))
}

func (s Spread) String() string { return short(s.P50) + "\t" + short(s.P99) }

func protocol(tls bool) string {
	if tls {
		return "TLS"
	}
	return "plain"
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// short keeps three digits; nothing is a dash.
func short(d time.Duration) string {
	switch {
	case d == 0:
		return "-"
	case d < time.Millisecond:
		return fmt.Sprintf("%.3gµs", float64(d)/float64(time.Microsecond))
	case d < time.Second:
		return fmt.Sprintf("%.3gms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.3gs", d.Seconds())
}
