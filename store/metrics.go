package store

import (
	"context"
	"math"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// RecordMetrics stores the samples of systems that are placed on the host; others are ignored, and so is what arrives late.
func (s *Store) RecordMetrics(ctx context.Context, m hawkfish.Measurement) error {
	const minutes = int64(time.Hour / time.Minute)
	p := db.RecordMetricsParams{Host: &m.HostID, At: m.At, Simulated: m.Simulated, Slot: int16(m.At.Unix() / 60 % minutes)}
	told := make(map[string]bool, len(m.Samples))
	for _, one := range m.Samples {
		if !isID(one.SystemID) || told[one.SystemID] {
			continue
		}
		told[one.SystemID] = true
		p.Ids = append(p.Ids, one.SystemID)
		p.Cpu = append(p.Cpu, one.CPU)
		p.Memory = append(p.Memory, one.Memory)
		p.Read = append(p.Read, one.Read)
		p.Written = append(p.Written, one.Written)
		p.Reads = append(p.Reads, one.Reads)
		p.Writes = append(p.Writes, one.Writes)
		p.Received = append(p.Received, one.Received)
		p.Sent = append(p.Sent, one.Sent)
	}
	if len(p.Ids) == 0 {
		return nil
	}
	_, err := ask(ctx, s, subject{resourceHost, m.HostID}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.RecordMetrics(ctx, p)
	})
	return err
}

// ListMetrics returns the last two readings of each system that has any since then, in the order of the systems' creation.
func (s *Store) ListMetrics(ctx context.Context, scope hawkfish.Scope, since time.Time, limit int) ([]hawkfish.SystemMetrics, error) {
	return ask(ctx, s, subject{}, func(ctx context.Context, q *db.Queries) ([]hawkfish.SystemMetrics, error) {
		rows, err := q.ListMetrics(ctx, db.ListMetricsParams{
			Everything: scope.All, Projects: held(scope), Since: since, AtMost: int32(min(2*limit, math.MaxInt32)),
		})
		var all []hawkfish.SystemMetrics
		for _, r := range rows {
			if n := len(all); n == 0 || all[n-1].SystemID != r.ID {
				all = append(all, hawkfish.SystemMetrics{SystemID: r.ID, CPUs: int(r.CPUs)})
			}
			last := &all[len(all)-1]
			last.Readings = append(last.Readings, reading(r))
		}
		return all, err
	})
}

// MetricsOf returns all readings of a system.
func (s *Store) MetricsOf(ctx context.Context, systemID string) (hawkfish.SystemMetrics, error) {
	m := hawkfish.SystemMetrics{SystemID: systemID}
	if !isID(systemID) {
		return m, nil
	}
	return ask(ctx, s, subject{resourceSystem, systemID}, func(ctx context.Context, q *db.Queries) (hawkfish.SystemMetrics, error) {
		rows, err := q.MetricsOf(ctx, systemID)
		found := m
		for _, r := range rows {
			found.CPUs = int(r.CPUs)
			found.Readings = append(found.Readings, reading(db.ListMetricsRow(r)))
		}
		return found, err
	})
}

func reading(r db.ListMetricsRow) hawkfish.Reading {
	return hawkfish.Reading{At: r.At.UTC(), Simulated: r.Simulated, Sample: hawkfish.Sample{
		SystemID: r.ID, CPU: r.Cpu, Memory: r.Memory, Read: r.Read, Written: r.Written, Reads: r.Reads, Writes: r.Writes, Received: r.Received, Sent: r.Sent,
	}}
}
