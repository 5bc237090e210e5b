package redfish

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/go-playground/validator/v10"

	"github.com/projectbeskar/hawkfish"
)

func TestEveryKindHasAMessage(t *testing.T) {
	t.Parallel()
	for _, k := range hawkfish.Kinds {
		if _, ok := kinds[k]; !ok {
			t.Errorf("kind %s has no message; add it to kinds", k)
			continue
		}
		for _, e := range []*hawkfish.Error{{Kind: k}, {Kind: k, Property: "/Boot/Primary", Value: "x", Message: "why"}} {
			if m := explain(e); m.Status < 400 || m.ID == "" || m.Property != e.Property {
				t.Errorf("kind %s: %+v", k, m)
			}
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := newBodyCache(16 * 1000)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 2000 {
				k := bodyKey{key: fmt.Sprint(i % 500)}
				c.put(k, rendered{revision: int64(i), body: bytes.Repeat([]byte("x"), 100+w)})
				c.get(k, int64(i))
			}
		})
	}
	wg.Wait()
	for i := range c.shards {
		size := 0
		for _, r := range c.shards[i].byKey {
			size += len(r.body)
		}
		if size != c.shards[i].size || size > c.shards[i].most {
			t.Errorf("shard %d holds %d bytes, counts %d, may %d", i, size, c.shards[i].size, c.shards[i].most)
		}
	}
	c.put(bodyKey{key: "a"}, rendered{revision: 5})
	c.put(bodyKey{key: "a"}, rendered{revision: 4})
	if _, ok := c.get(bodyKey{key: "a"}, 5); !ok {
		t.Error("an older rendering has replaced a newer one")
	}
}

type fuzzed struct {
	Name string   `json:"Name" validate:"required,min=2,max=8,alphanum"`
	Size *int32   `json:"Size" validate:"min=1"`
	Deep *fuzzed2 `json:"Deep"`
	Tags []string `json:"Tags" validate:"max=3,dive,min=1"`
	Any  any      `json:"Any"`
}

type fuzzed2 struct {
	Ratio float64   `json:"Ratio"`
	On    *bool     `json:"On"`
	More  []fuzzed3 `json:"More"`
}

type fuzzed3 struct {
	X int8 `json:"X"`
}

// A body that is accepted can be decoded, strictly; one that is refused says why.
func FuzzCheckBody(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"Name":"abc"}`, `{"Name":"abc","Size":5,"Deep":{"Ratio":1e3,"On":true,"More":[{"X":1},{"X":300}]},"Tags":["a"],"Any":{"a":[null]}}`,
		`{"Name":1,"Name":2}`, `{"Nope":[[[[]]]]}`, `[]`, `null`, `{"Name":"\u0000\ud800"}`, `{"Size":1e400}`, `{"Any":` + strings.Repeat(`{"a":`, 50) + `1` + strings.Repeat(`}`, 50) + `}`,
	} {
		f.Add([]byte(seed))
	}
	check := validator.New()
	want := compileShape(check, reflect.TypeFor[fuzzed](), nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		found := checkBody(check, body, want, ofProperties, nil)
		if len(found) > maxFaults+1 {
			t.Fatalf("%d faults", len(found))
		}
		for _, m := range found {
			if m.ID == "" || m.Status < 400 {
				t.Fatalf("a fault without a message: %+v", m)
			}
		}
		if !json.Valid(Refuse(append(found, explain(&hawkfish.Error{}))...).Body) {
			t.Fatal("the error body is no JSON")
		}
		if found != nil {
			return
		}
		dec := json.NewDecoder(bytes.NewReader(body))
		var v fuzzed
		if err := dec.Decode(&v); err != nil {
			t.Fatalf("accepted, but %v: %q", err, body)
		}
		if v.Name == "" {
			t.Fatalf("accepted without a name: %q", body)
		}
	})
}

func TestNullClears(t *testing.T) {
	t.Parallel()
	type inner struct {
		Text *string `json:"Text" null:"clears"`
	}
	type patch struct {
		Text  *string `json:"Text" null:"clears"`
		Count *int    `json:"Count" null:"clears"`
		Keeps *string `json:"Keeps"`
		Inner *inner  `json:"Inner"`
	}
	p, err := decode[patch]([]byte(`{"Text":null,"Keeps":null,"Inner":{"Text":null}}`))
	if err != nil || p.Text == nil || *p.Text != "" || p.Count != nil || p.Keeps != nil || p.Inner == nil || p.Inner.Text == nil {
		t.Errorf("%+v %v", p, err)
	}
	p, err = decode[patch]([]byte(`{"Text":"null","Count":null}`))
	if err != nil || *p.Text != "null" || p.Count == nil || *p.Count != 0 || p.Inner != nil {
		t.Errorf("%+v %v", p, err)
	}
}
