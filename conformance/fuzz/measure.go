package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// latency is how long the requests of one kind took.
type latency struct {
	name   string
	status int
	took   []time.Duration
	passed time.Duration
}

// measure sends valid and refused requests over all connections, kind by kind, and returns how long they took.
func measure(ctx context.Context, o options, s *service, session *client) ([]latency, error) {
	admin := session.authorized()
	kinds := []struct {
		latency
		request
	}{
		{latency{name: "GET of a System", status: 200}, request{method: "GET", uri: s.system, headers: admin}},
		{latency{name: "GET of the root", status: 200}, request{method: "GET", uri: "/redfish/v1/"}},
		{latency{name: "refused: nobody (401)", status: 401}, request{method: "GET", uri: s.system}},
		{latency{name: "refused: no such thing (404)", status: 404}, request{method: "GET", uri: "/redfish/v1/Systems/00000000-0000-4000-8000-00000000dead", headers: admin}},
		{latency{name: "refused: no such method (405)", status: 405}, request{method: "PUT", uri: s.system, headers: admin, body: []byte("{}")}},
		{latency{name: "refused: bad property (400)", status: 400}, request{method: "PATCH", uri: s.system, headers: append(slices.Clone(admin), [2]string{"Content-Type", "application/json"}), body: []byte(`{"Bogus":1}`)}},
	}
	var all []latency
	for _, k := range kinds {
		var mu sync.Mutex
		var workers sync.WaitGroup
		var failed error
		began := time.Now()
		for range o.connections {
			workers.Go(func() {
				c := &client{options: o}
				defer c.close()
				var took []time.Duration
				for ctx.Err() == nil && time.Since(began) < o.measure {
					a, err := c.send(k.request, 2*tooLong)
					if err == nil && a.status != k.status {
						err = fmt.Errorf("%s: %d %.300s", k.name, a.status, a.body)
					}
					if err != nil {
						mu.Lock()
						failed = err
						mu.Unlock()
						return
					}
					took = append(took, a.took)
				}
				mu.Lock()
				k.took = append(k.took, took...)
				mu.Unlock()
			})
		}
		workers.Wait()
		if failed != nil {
			return nil, failed
		}
		k.passed = time.Since(began)
		slices.Sort(k.took)
		all = append(all, k.latency)
	}
	return all, ctx.Err()
}

func printLatencies(before, after []latency) {
	fmt.Printf("%-32s %31s %31s\n", "64 connections", "before: p50, p99, per second", "after: p50, p99, per second")
	for i, b := range before {
		fmt.Printf("%-32s %31s %31s\n", b.name, b, after[i])
	}
}

func (l latency) String() string {
	if len(l.took) == 0 {
		return "-"
	}
	return fmt.Sprintf("%v %v %7.0f", quantile(l.took, 0.5), quantile(l.took, 0.99), float64(len(l.took))/l.passed.Seconds())
}
