package cached

import (
	"context"

	"github.com/projectbeskar/hawkfish"
)

// FindInventory remembers what systems have.
func (s *Store) FindInventory(ctx context.Context, systemID string) (hawkfish.Inventory, error) {
	return s.stocks.get(ctx, systemID, func(ctx context.Context) (hawkfish.Inventory, error) {
		return s.Source.FindInventory(ctx, systemID)
	})
}

// RecordInventories changes what systems have, and what of it is shown with them.
func (s *Store) RecordInventories(ctx context.Context, hostID string, seen []hawkfish.Inventory) error {
	err := s.Source.RecordInventories(ctx, hostID, seen)
	for _, i := range seen {
		s.stocks.forget(i.SystemID)
		s.systems.forget(i.SystemID)
	}
	return err
}
