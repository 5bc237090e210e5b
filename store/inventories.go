package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// FindInventory returns what a system has; the zero Inventory, but for the ID, when no host has told yet.
func (s *Store) FindInventory(ctx context.Context, systemID string) (hawkfish.Inventory, error) {
	on := subject{resourceSystem, systemID}
	if !isID(systemID) {
		return hawkfish.Inventory{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Inventory, error) {
		row, err := q.InventoryOf(ctx, systemID)
		if errors.Is(err, pgx.ErrNoRows) {
			return hawkfish.Inventory{SystemID: systemID}, nil
		}
		if err != nil {
			return hawkfish.Inventory{}, err
		}
		return inventory(row)
	})
}

// RecordInventories stores what a host saw that its systems have; others are ignored, and so is a look that is older
// than what is stored.
func (s *Store) RecordInventories(ctx context.Context, hostID string, seen []hawkfish.Inventory) error {
	latest := map[string]hawkfish.Inventory{}
	for _, i := range seen {
		if before, ok := latest[i.SystemID]; isID(i.SystemID) && (!ok || i.At.After(before.At)) {
			latest[i.SystemID] = i
		}
	}
	if len(latest) == 0 {
		return nil
	}
	p := db.RecordInventoriesParams{Host: &hostID}
	for id, i := range latest {
		document, guest, err := documents(i)
		if err != nil {
			return err
		}
		p.Ids, p.Ats = append(p.Ids, id), append(p.Ats, i.At)
		p.Documents, p.Guests = append(p.Documents, document), append(p.Guests, guest)
	}
	_, err := ask(ctx, s, subject{resourceHost, hostID}, func(ctx context.Context, q *db.Queries) (struct{}, error) {
		return struct{}{}, q.RecordInventories(ctx, p)
	})
	return err
}

// documents are an inventory and its guest's facts as they are stored: the columns beside them say whose and when.
func documents(i hawkfish.Inventory) (document, guest string, err error) {
	i.SystemID, i.At = "", time.Time{}
	whole, err := json.Marshal(i)
	if err != nil {
		return "", "", err
	}
	part, err := json.Marshal(i.Guest)
	return string(whole), string(part), err
}

func inventory(r db.Inventory) (hawkfish.Inventory, error) {
	var i hawkfish.Inventory
	err := json.Unmarshal(r.Document, &i)
	i.SystemID, i.At, i.Revision = r.SystemID, r.SeenAt.UTC(), r.Revision
	return i, err
}
