package redfish

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	"github.com/projectbeskar/hawkfish"
)

// maxPages is how many rendered pages of one collection are kept.
const maxPages = 64

// pageCache keeps rendered pages of a collection. A collection has no revision:
// a page is the same as before when it lists the same members, and to compare
// their keys is far cheaper than to render them.
type pageCache struct {
	mu    sync.RWMutex
	pages map[pageKey]renderedPage
}

// pageKey tells pages apart; callers who see different members have, in all
// likelihood, another number of them or another first one.
type pageKey struct {
	collection, first string
	kept              string
	page              hawkfish.Page
	total             int
}

type renderedPage struct {
	keys []string
	rendered
}

func keyOf(l listing) pageKey {
	k := pageKey{collection: l.key, page: l.page, total: l.total, kept: l.kept}
	if len(l.keys) > 0 {
		k.first = l.keys[0]
	}
	return k
}

func (c *pageCache) get(l listing) (rendered, bool) {
	c.mu.RLock()
	p, ok := c.pages[keyOf(l)]
	c.mu.RUnlock()
	return p.rendered, ok && same(p.keys, l.keys)
}

// same begins with the cheapest look: a store that remembers its lists hands out the same slice while nothing changes.
func same(a, b []string) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0] || slices.Equal(a, b))
}

func (c *pageCache) put(l listing, r rendered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.pages) >= maxPages || c.pages == nil {
		c.pages = map[pageKey]renderedPage{}
	}
	c.pages[keyOf(l)] = renderedPage{l.keys, r}
}

// etag returns a page's ETag: it is another one when the page lists other members.
func (l listing) etag() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s %d %+v %s", l.key, l.total, l.page, l.kept)
	for _, key := range l.keys {
		fmt.Fprintf(h, " %q", key)
	}
	return tagOf(h)
}
