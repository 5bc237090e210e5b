// Package cached answers the hottest reads of the API without asking PostgreSQL: one system, the
// list of systems' IDs, and who a session token belongs to.
//
// The database tells of every visible change (store.Store.Changes), and what has changed is
// forgotten. While nothing is heard from the database nothing is remembered: every read goes there. A write
// through this Store is seen by every later read through it; one elsewhere, a few milliseconds after
// it was committed. The package knows no SQL.
package cached

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Source is the store behind the cache; *store.Store is one.
type Source interface {
	hawkfish.Store

	// Ping reports whether the database answers.
	Ping(ctx context.Context) error
	// Changes calls connected once, when no later change can be missed, and changed for every visible change
	// of a row, until ctx ends or the connection is lost. op is "I", "U" or "D".
	Changes(ctx context.Context, connected func(), changed func(table, op, id string)) error
}

// maxLists bounds how many different pages of how many different callers are remembered.
const maxLists = 64

// maxStocks bounds how many systems' inventories are remembered, of some kilobytes each.
const maxStocks = 4096

// Store is a Source with a memory. What it returns is shared between its callers, who must not change the
// slices in it.
type Store struct {
	Source
	log *slog.Logger

	systems  *table[hawkfish.System]
	names    *index                     // of systems, to IDs
	stocks   *table[hawkfish.Inventory] // by system
	lists    *table[listing]
	sessions *table[hawkfish.Session]
	tokens   *index // hashes, to IDs of sessions
	accounts *table[hawkfish.Account]
	users    *index // names, to IDs of accounts
	settings *table[hawkfish.Settings]
	ends     *index // tasks seen to have ended
	endings  *endings

	onSettings func() // nil: nobody else wants to know
}

// New returns a cache that remembers nothing until Run runs.
func New(src Source, log *slog.Logger) *Store {
	return &Store{
		Source: src, log: log,
		systems: newTable[hawkfish.System](0), names: newIndex(), stocks: newTable[hawkfish.Inventory](maxStocks), lists: newTable[listing](maxLists),
		sessions: newTable[hawkfish.Session](0), tokens: newIndex(),
		accounts: newTable[hawkfish.Account](0), users: newIndex(),
		settings: newTable[hawkfish.Settings](0),
		ends:     newIndex(),
		endings:  newEndings(),
	}
}

// Run follows the changes of the database, and connects again when the connection is lost, until ctx ends.
func (s *Store) Run(ctx context.Context) error {
	const soonest, latest = 50 * time.Millisecond, 2 * time.Second
	wait := soonest
	for {
		err := s.Changes(ctx, func() {
			wait = soonest
			s.log.DebugContext(ctx, "following the changes of the database")
			s.reset(true)
		}, s.changed)
		s.reset(false)
		if ctx.Err() != nil {
			return nil
		}
		s.log.WarnContext(ctx, "the changes of the database are not heard, reads are not cached", "error", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait + rand.N(wait)):
		}
		wait = min(2*wait, latest)
	}
}

// reset forgets everything; live says whether to remember what is read from now on.
func (s *Store) reset(live bool) {
	s.systems.reset(live)
	s.stocks.reset(live)
	s.lists.reset(live)
	s.sessions.reset(live)
	s.accounts.reset(live)
	s.settings.reset(live)
	s.tellSettings() // they may have changed while nothing was heard
	s.endings.tellAll()
	for _, i := range []*index{s.names, s.tokens, s.users, s.ends} {
		i.reset()
	}
}

// changes says what to forget when a row of a table has changed.
var changes = map[string]func(s *Store, op, id string){
	"systems": func(s *Store, op, id string) {
		s.forgetSystem(id, op == "D")
		if op == "D" {
			s.stocks.forget(id)
		}
		if op != "U" {
			s.lists.forgetAll()
		}
	},
	"inventories": func(s *Store, _, id string) { s.stocks.forget(id) },
	"sessions":    func(s *Store, op, id string) { s.forgetSession(id, op == "D") },
	"accounts":    func(s *Store, op, id string) { s.forgetAccount(id, op == "D") },
	"tasks":       func(s *Store, _, id string) { s.endings.tell(id) },
	"settings":    func(s *Store, _, _ string) { s.settings.forgetAll(); s.tellSettings() },
}

func (s *Store) changed(table, op, id string) {
	if forget, ok := changes[table]; ok {
		forget(s, op, id)
	}
}
