package main

import (
	"bufio"
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// report gathers the answers of all workers.
type report struct {
	mu        sync.Mutex
	statuses  map[int]int
	touched   map[string]map[bool]int  // by operation: how often it succeeded (true), and not
	unheard   int                      // connections that ended without an answer, as they may
	wrong     map[string]int           // by kind and operation
	spent     map[string]time.Duration // by operation: all its answers together
	took      []time.Duration
	worst     time.Duration
	worstWhat string
}

// shown bounds how many findings of a kind are printed in full.
const shown = 5

func newReport() *report {
	return &report{statuses: map[int]int{}, touched: map[string]map[bool]int{}, wrong: map[string]int{}, spent: map[string]time.Duration{}}
}

func (r *report) answered(op *operation, req request, a answer, wrong string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.statuses[a.status]++
	name := op.method + " " + op.template
	if r.touched[name] == nil {
		r.touched[name] = map[bool]int{}
	}
	r.touched[name][a.status < 300]++
	r.took = append(r.took, a.took)
	r.spent[name] += a.took
	if a.took > r.worst {
		r.worst, r.worstWhat = a.took, name
	}
	if wrong != "" {
		r.found(wrong, name, req, fmt.Sprintf("%d after %v: %.400q", a.status, a.took, a.body))
	}
}

func (r *report) silent(op *operation, req request, err error, took time.Duration, wrong string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if wrong == "" {
		r.unheard++
		return
	}
	r.found(wrong, op.method+" "+op.template, req, fmt.Sprintf("%v after %v", err, took))
}

func (r *report) found(kind, name string, req request, got string) {
	key := kind + ": " + name
	r.wrong[key]++
	if r.wrong[key] <= shown {
		sent := string(req.bytes())
		for _, h := range req.headers {
			if h[0] == "X-Auth-Token" || h[0] == "Authorization" {
				sent = strings.ReplaceAll(sent, h[1], "...")
			}
		}
		fmt.Printf("FOUND %s\n  sent %.700q\n  got  %s\n", key, sent, got)
	}
}

func (r *report) findings() (n int) {
	for _, count := range r.wrong {
		n += count
	}
	return n
}

func (r *report) print(took time.Duration) {
	fmt.Printf("%d answers in %v, %d connections closed on what was no HTTP\n", len(r.took), took.Round(time.Second), r.unheard)
	for _, status := range slices.Sorted(maps.Keys(r.statuses)) {
		fmt.Printf("  %d %8d\n", status, r.statuses[status])
	}
	slices.Sort(r.took)
	if len(r.took) > 0 {
		fmt.Printf("p50 %v, p99 %v, longest %v (%s)\n", quantile(r.took, 0.5), quantile(r.took, 0.99), r.worst.Round(time.Millisecond), r.worstWhat)
	}
	costly := slices.SortedFunc(maps.Keys(r.spent), func(a, b string) int { return cmp.Compare(r.mean(b), r.mean(a)) })
	for _, name := range costly[:min(shown, len(costly))] {
		fmt.Printf("mean %v: %s\n", r.mean(name).Round(time.Millisecond), name)
	}
	for _, name := range slices.Sorted(maps.Keys(r.touched)) {
		if r.touched[name][true] == 0 {
			fmt.Printf("never succeeded: %s (%d answers)\n", name, r.touched[name][false])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(r.wrong)) {
		fmt.Printf("%6d × %s\n", r.wrong[key], key)
	}
}

// mean is how long an operation took.
func (r *report) mean(name string) time.Duration {
	return r.spent[name] / time.Duration(r.touched[name][true]+r.touched[name][false])
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)].Round(10 * time.Microsecond)
}

// panicsIn prints the lines of a log that tell of a panic.
func panicsIn(path string) (n int, err error) {
	if path == "" {
		return 0, nil
	}
	log, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer log.Close()
	lines := bufio.NewScanner(log)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if text := lines.Text(); strings.Contains(text, "panicked") || strings.Contains(text, "panic:") || strings.Contains(text, "goroutine ") || strings.Contains(text, "DATA RACE") {
			n++
			fmt.Printf("PANIC %.600s\n", text)
		}
	}
	return n, lines.Err()
}
