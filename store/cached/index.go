package cached

import "sync"

// maxIndexed bounds an index; what does not fit is looked up in the database once more.
const maxIndexed = 100_000

// index finds the key of a value by another of its properties. It is only ever a hint: whoever
// uses it compares the value that it leads to.
type index struct {
	mu   sync.RWMutex
	keys map[string]string
}

func newIndex() *index { return &index{keys: map[string]string{}} }

func (i *index) get(property string) (string, bool) {
	i.mu.RLock()
	key, ok := i.keys[property]
	i.mu.RUnlock()
	return key, ok
}

func (i *index) set(property, key string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, ok := i.keys[property]; !ok && len(i.keys) >= maxIndexed {
		clear(i.keys)
	}
	i.keys[property] = key
}

func (i *index) forget(property string) {
	i.mu.Lock()
	delete(i.keys, property)
	i.mu.Unlock()
}

func (i *index) reset() {
	i.mu.Lock()
	clear(i.keys)
	i.mu.Unlock()
}
