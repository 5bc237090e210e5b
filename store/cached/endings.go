package cached

import "sync"

// endings tells those who wait that a task may have ended.
type endings struct {
	mu   sync.Mutex
	byID map[string]*waiters
}

type waiters struct {
	told  chan struct{}
	count int
}

func newEndings() *endings { return &endings{byID: map[string]*waiters{}} }

// Ending returns a channel that is closed when a task may have ended since, and what to call when nobody waits any longer.
func (s *Store) Ending(taskID string) (told <-chan struct{}, forget func()) {
	e := s.endings
	e.mu.Lock()
	defer e.mu.Unlock()
	w := e.byID[taskID]
	if w == nil {
		w = &waiters{told: make(chan struct{})}
		e.byID[taskID] = w
	}
	w.count++
	return w.told, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		if w.count--; w.count == 0 && e.byID[taskID] == w {
			delete(e.byID, taskID)
		}
	}
}

func (e *endings) tell(taskID string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if w := e.byID[taskID]; w != nil {
		close(w.told)
		delete(e.byID, taskID)
	}
}

// tellAll makes all look: what has happened meanwhile is not known.
func (e *endings) tellAll() {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, w := range e.byID {
		close(w.told)
		delete(e.byID, id)
	}
}
