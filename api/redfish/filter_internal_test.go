package redfish

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestFilterGrammar(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", " ",
		"Id eq", "eq 'a'", "Id = 'a'", "Id eq 'a' and", "(Id eq 'a'", "Id eq 'a')", "not", "Id eq 'a", "'a' eq 'b'", "1 eq 1", "true",
		"Id eq 'a' Id eq 'b'", "Id eq eq", "a//b eq 1", "/a eq 1", "a/ eq 1", "Id eq 0x10", "Id eq 1_0", "Id eq 1e999", "Id eq Infinity and",
		strings.Repeat("(", 40) + "Id eq 1" + strings.Repeat(")", 40), strings.Repeat("not ", 5000) + "A", strings.Repeat("A or ", 70) + "A",
	} {
		if _, err := parseFilter(bad); err == nil {
			t.Errorf("%.60q is taken for a filter", bad)
		}
	}
}

// FuzzFilter: whatever is asked is refused or answered, the same each time, and never alike for its opposite.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"Id eq 'a'", "not (A/B gt 1.5 or C le -2e3) and D ne null", "Enabled", "'x' eq Name", "T gt 2020-01-01T00:00:00Z",
		"Name eq 'It''s'", "((((A))))", "A eq true", "@odata.id eq '/x'", "Networks eq 'default'",
	} {
		f.Add(seed, `{"Id":"a","A":{"B":2},"Networks":["default","x"],"Enabled":true,"D":null}`)
	}
	f.Fuzz(func(t *testing.T, text, member string) {
		var doc any
		compact := []byte(`{}`)
		if json.Unmarshal([]byte(member), &doc) == nil {
			compact = encode(doc)
		}
		parsed, err := parseFilter(text)
		if err != nil {
			return
		}
		if parsed.passes(compact) == (negation{parsed}).passes(compact) {
			t.Fatalf("%q is as true as its opposite", text)
		}
		names := []string{"Id", "A/B", "Name"}
		want, rest := divide(parsed, names)
		pass := rest == nil || rest.passes(compact)
		for name, value := range want {
			if !slices.Contains(names, name) {
				t.Fatalf("%q narrows by %s", text, name)
			}
			equal := comparison{operand{path: strings.Split(name, "/")}, operand{literal: scalar{kind: kindString, text: value}}, "eq"}
			pass = pass && equal.passes(compact)
		}
		if pass != parsed.passes(compact) {
			t.Fatalf("%q passes another member when it is divided into %v and %v", text, want, rest)
		}
	})
}

// FuzzQuery: any query string is refused, or read within its bounds.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"$top=1&$skip=2", "$expand=.($levels=2)", "$select=A/B,C", "only", "excerpt", "$filter=Id eq 'a'", "%zz", "$x"} {
		f.Add(seed)
	}
	s := NewService([]Resource{Collection(CollectionSpec{
		Type: "#ACollection.ACollection", Like: "ComputerSystemCollection", Path: "/a", Of: "None",
	})})
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := s.ops[0].query(raw)
		if err != nil || q == nil {
			return
		}
		if q.top < 0 || q.skip < 0 || q.expand != nil && (q.expand.levels < 1 || q.expand.levels > maxExpandLevels) {
			t.Fatalf("%q is read as %+v", raw, q)
		}
		if q.kept == "" {
			return
		}
		again, err := url.ParseQuery(q.kept[1:])
		if err != nil {
			t.Fatalf("%q goes on as %q: %v", raw, q.kept, err)
		}
		before, _ := url.ParseQuery(raw)
		for name := range again {
			if again.Get(name) != before.Get(name) {
				t.Fatalf("%q goes on as %q", raw, q.kept)
			}
		}
	})
}

// FuzzScan: walking rendered JSON finds what encoding/json finds.
func FuzzScan(f *testing.F) {
	f.Add(`{"a":{"@odata.id":"/x\"y"},"b":[1,"}",[],{}],"c":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		var doc map[string]any
		if json.Unmarshal([]byte(text), &doc) != nil || doc == nil {
			return
		}
		var w strings.Builder
		rebuild(&w, encode(doc))
		var again map[string]any
		if err := json.Unmarshal([]byte(w.String()), &again); err != nil || w.String() != string(encode(doc)) {
			t.Fatalf("%s became %s: %v", encode(doc), w.String(), err)
		}
	})
}

func rebuild(w *strings.Builder, v []byte) {
	var parts []string
	part := func(name string, sub []byte) {
		var p strings.Builder
		p.WriteString(name)
		rebuild(&p, sub)
		parts = append(parts, p.String())
	}
	switch v[0] {
	case '{':
		for name, sub := range membersOf(v) {
			part(`"`+name+`":`, sub)
		}
		w.WriteString("{" + strings.Join(parts, ",") + "}")
	case '[':
		for sub := range itemsOf(v) {
			part("", sub)
		}
		w.WriteString("[" + strings.Join(parts, ",") + "]")
	default:
		w.Write(v)
	}
}
