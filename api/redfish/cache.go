package redfish

import (
	"hash/maphash"
	"sync"
)

// maxBodies is how many bytes of rendered resources a service keeps.
const maxBodies = 64 << 20

// rendered is a resource as it is sent.
type rendered struct {
	revision int64
	etag     string
	body     []byte
}

// bodyCache keeps the latest rendering of resources that have a revision. What
// it holds is no secret: who may see a state is decided when it is loaded.
type bodyCache struct {
	seed   maphash.Seed
	shards [16]bodyShard
}

type bodyShard struct {
	mu    sync.RWMutex
	byKey map[bodyKey]rendered
	size  int // bytes held
	most  int
}

type bodyKey struct {
	of  *bound
	key string
}

func newBodyCache(most int) *bodyCache {
	c := &bodyCache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i] = bodyShard{byKey: map[bodyKey]rendered{}, most: most / len(c.shards)}
	}
	return c
}

func (c *bodyCache) shard(key string) *bodyShard {
	return &c.shards[maphash.String(c.seed, key)%uint64(len(c.shards))]
}

// get returns a rendering of exactly this revision.
func (c *bodyCache) get(k bodyKey, revision int64) (rendered, bool) {
	s := c.shard(k.key)
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.byKey[k]
	return r, ok && r.revision == revision
}

// put keeps a rendering, and forgets others, whichever, when there is no room.
func (c *bodyCache) put(k bodyKey, r rendered) {
	s := c.shard(k.key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.byKey[k]; ok {
		if old.revision > r.revision {
			return // someone slower has rendered an older state
		}
		s.size -= len(old.body)
	}
	s.byKey[k] = r
	s.size += len(r.body)
	for other, old := range s.byKey {
		if s.size <= s.most {
			return
		}
		delete(s.byKey, other)
		s.size -= len(old.body)
	}
}
