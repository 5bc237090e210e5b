package store

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindHost returns a host and what the systems placed on it use. NotFound.
func (s *Store) FindHost(ctx context.Context, id string) (hawkfish.Host, error) {
	on := subject{resourceHost, id}
	if !isText(id) {
		return hawkfish.Host{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Host, error) {
		row, err := q.HostByID(ctx, id)
		if err != nil {
			return hawkfish.Host{}, err
		}
		return host(row.Host, row.CPUs, row.MemoryMiB, row.DiskGiB)
	})
}

// ListHosts orders by ID.
func (s *Store) ListHosts(ctx context.Context) ([]hawkfish.Host, error) {
	return ask(ctx, s, subject{resource: resourceHost}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Host, error) {
		rows, err := q.ListHosts(ctx)
		if err != nil {
			return nil, err
		}
		hosts := make([]hawkfish.Host, len(rows))
		for i, row := range rows {
			if hosts[i], err = host(row.Host, row.CPUs, row.MemoryMiB, row.DiskGiB); err != nil {
				return nil, err
			}
		}
		return hosts, nil
	})
}

// AnnounceHost stores what a host says of itself, and that it lives. A new host is Enabled. Conflict when another machine
// has the name, and lives or has systems.
func (s *Store) AnnounceHost(ctx context.Context, id, uri string, facts hawkfish.HostFacts) error {
	_, err := ask(ctx, s, subject{resourceHost, id}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		text, err := json.Marshal(facts)
		if err != nil {
			return struct{}{}, err
		}
		rows, err := q.AnnounceHost(ctx, db.AnnounceHostParams{ID: id, URI: uri, Facts: text, Silence: hawkfish.HostSilence.Seconds()})
		if err == nil && rows == 0 {
			err = &hawkfish.Error{
				Kind: hawkfish.Conflict, Resource: resourceHost, ID: id,
				Message: "another machine has this name; give one of the two another",
			}
		}
		return struct{}{}, err
	})
	return err
}
