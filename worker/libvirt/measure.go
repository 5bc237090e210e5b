package libvirt

import (
	"context"
	"strings"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"

	"github.com/projectbeskar/hawkfish"
)

// measured are the groups of statistics that samples are made of (virDomainStatsTypes).
const measured = golibvirt.DomainStatsCPUTotal | golibvirt.DomainStatsBalloon | golibvirt.DomainStatsInterface | golibvirt.DomainStatsBlock

// counted says which figure each field of the statistics belongs to (virConnectGetAllDomainStats). Disks and interfaces
// have one field each, such as "block.0.rd.bytes", and are added up.
var counted = map[string]func(s *hawkfish.Sample) *int64{
	"cpu.time":       func(s *hawkfish.Sample) *int64 { return &s.CPU },
	"balloon.rss":    func(s *hawkfish.Sample) *int64 { return &s.Memory },
	"block.rd.bytes": func(s *hawkfish.Sample) *int64 { return &s.Read },
	"block.wr.bytes": func(s *hawkfish.Sample) *int64 { return &s.Written },
	"block.rd.reqs":  func(s *hawkfish.Sample) *int64 { return &s.Reads },
	"block.wr.reqs":  func(s *hawkfish.Sample) *int64 { return &s.Writes },
	"net.rx.bytes":   func(s *hawkfish.Sample) *int64 { return &s.Received },
	"net.tx.bytes":   func(s *hawkfish.Sample) *int64 { return &s.Sent },
}

// Measure asks for the statistics of all guests that run in one call (virConnectGetAllDomainStats). libvirtd leaves out what
// it could only learn from a QEMU that is busy.
func (h *Host) Measure(ctx context.Context) (hawkfish.Measurement, error) {
	return work(ctx, h, func(c *conn) (hawkfish.Measurement, error) {
		m := hawkfish.Measurement{At: time.Now().UTC()}
		const flags = golibvirt.ConnectGetAllDomainsStatsActive | golibvirt.ConnectGetAllDomainsStatsNowait
		stats, err := c.ConnectGetAllDomainStats(nil, uint32(measured), uint32(flags))
		if err != nil {
			return m, err
		}
		m.Samples = make([]hawkfish.Sample, 0, len(stats))
		for _, s := range stats {
			rec, err := h.find(c, s.Dom)
			if isCode(err, golibvirt.ErrNoDomain) {
				continue // it went away in between
			}
			if err != nil {
				return m, err
			}
			if h.registry.isSystem(rec) {
				m.Samples = append(m.Samples, sampleOf(rec.id, s.Params))
			}
		}
		return m, nil
	})
}

func sampleOf(systemID string, params []golibvirt.TypedParam) hawkfish.Sample {
	s := hawkfish.Sample{SystemID: systemID}
	for _, p := range params {
		figure, ok := counted[withoutIndex(p.Field)]
		if n := number(p.Value.I); ok && n > 0 {
			*figure(&s) += n
		}
	}
	return s
}

// withoutIndex makes "block.rd.bytes" of "block.0.rd.bytes".
func withoutIndex(field string) string {
	group, rest, _ := strings.Cut(field, ".")
	index, name, found := strings.Cut(rest, ".")
	if !found || strings.Trim(index, "0123456789") != "" {
		return field
	}
	return group + "." + name
}

func number(v any) int64 {
	switch n := v.(type) {
	case uint64:
		return int64(min(n, 1<<63-1))
	case int64:
		return n
	case uint32:
		return int64(n)
	case int32:
		return int64(n)
	}
	return 0
}
