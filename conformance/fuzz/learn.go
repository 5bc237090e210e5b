package main

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
)

// remembered bounds how many new URIs of an operation are kept.
const remembered = 64

// learn looks for URIs in an answer: the run makes things, and what was there at the start is soon gone.
func (s *service) learn(a answer, rand *rand.Rand) {
	var document any
	if len(a.body) > 256<<10 || json.Unmarshal(a.body, &document) != nil {
		return
	}
	visit(document, func(name, uri string) {
		if name != "@odata.id" && name != "target" {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, op := range s.operations {
			if !strings.Contains(op.template, "{") || !op.shape.MatchString(uri) || slices.Contains(op.new, uri) {
				continue
			}
			if len(op.new) < remembered {
				op.new = append(op.new, uri)
			} else {
				op.new[rand.IntN(remembered)] = uri
			}
		}
	})
}

// fresh returns a URI of an operation that has been seen lately, or else the one given.
func (s *service) fresh(op *operation, rand *rand.Rand, otherwise string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(op.new) == 0 {
		return otherwise
	}
	return op.new[rand.IntN(len(op.new))]
}
