// Package placement decides which host serves a wish best: what a host must meet, and which of those that do is preferred,
// are tables. It knows hosts and wishes as they are handed to it, and neither database nor lock: who lets it decide sees to it
// that nobody else decides at the same time.
package placement

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Candidate is a host, and what matters of it now.
type Candidate struct {
	hawkfish.Host
	Silence time.Duration // since its worker last reported
	Free    hawkfish.Resources
	Mates   int    // systems of the wish's group that are on it, or on their way to it
	Apart   bool   // one of those keeps the others away
	Lot     uint64 // random; Random prefers the smallest
}

// request is a wish, and what follows from all hosts together.
type request struct {
	hawkfish.Wish
	together bool // its group has a host already
}

func newRequest(hosts []Candidate, w hawkfish.Wish) request {
	return request{w, !w.AntiAffinity && slices.ContainsFunc(hosts, func(c Candidate) bool { return c.Mates > 0 && !c.Apart })}
}

// Choose returns the host that serves a wish best. Exhausted, with the reasons, when none does.
func Choose(hosts []Candidate, w hawkfish.Wish) (string, error) {
	r := newRequest(hosts, w)
	fit, refused := divide(hosts, r)
	if len(fit) == 0 {
		return "", noneFits(refused)
	}
	return slices.MinFunc(fit, order(w.Policy)).ID, nil
}

// refusal is why a host will not do: the first requirement that it does not meet.
type refusal struct {
	host   string
	unmet  int // index into requirements
	detail string
}

func divide(hosts []Candidate, r request) (fit []Candidate, refused []refusal) {
	for _, c := range hosts {
		i := slices.IndexFunc(requirements, func(q requirement) bool { return !q.met(c, r) })
		if i < 0 {
			fit = append(fit, c)
			continue
		}
		refused = append(refused, refusal{c.ID, i, requirements[i].detail(c, r)})
	}
	return fit, refused
}

// noneFits tells callers, who may be tenants, how many hosts lack what; which and how much is the cause, for operators.
func noneFits(refused []refusal) error {
	short := make([]int, len(requirements)) // how many hosts fail at which
	details := make([]string, len(refused))
	for i, r := range refused {
		short[r.unmet]++
		details[i] = r.host + " " + r.detail
	}
	var reasons []string
	for i, n := range short {
		if n > 0 {
			reasons = append(reasons, fmt.Sprintf("%d %s", n, requirements[i].reason))
		}
	}
	if len(reasons) == 0 {
		reasons = []string{"there is none"}
	}
	return &hawkfish.Error{
		Kind: hawkfish.Exhausted, Resource: "Host", Message: "no host fits: " + strings.Join(reasons, ", "),
		Err: errors.New(strings.Join(details, "; ")),
	}
}

// Explain says what becomes of a wish on every host, with all that speaks against each, best hosts first.
func Explain(hosts []Candidate, w hawkfish.Wish) hawkfish.Explanation {
	r := newRequest(hosts, w)
	fit, _ := divide(hosts, r)
	slices.SortFunc(fit, order(w.Policy))
	var e hawkfish.Explanation
	for i, c := range fit {
		e.Verdicts = append(e.Verdicts, hawkfish.Verdict{Host: c.ID, Rank: i + 1})
	}
	if len(fit) > 0 {
		e.Host = fit[0].ID
	}
	for _, c := range hosts {
		v := hawkfish.Verdict{Host: c.ID}
		for _, q := range requirements {
			if !q.met(c, r) {
				v.Reasons, v.Details = append(v.Reasons, q.reason), append(v.Details, q.detail(c, r))
			}
		}
		if len(v.Reasons) > 0 {
			e.Verdicts = append(e.Verdicts, v)
		}
	}
	return e
}

// order compares candidates by what a policy prefers, the strongest preference first.
func order(policy hawkfish.PlacementPolicy) func(a, b Candidate) int {
	prefers := preferences[cmp.Or(policy, hawkfish.Spread)]
	return func(a, b Candidate) int {
		for _, prefer := range prefers {
			if is := prefer(a, b); is != 0 {
				return is
			}
		}
		return cmp.Compare(a.ID, b.ID)
	}
}
