package redfish_test

import (
	"context"
	"fmt"
	"github.com/projectbeskar/hawkfish"
	"testing"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

// A GET costs what Load costs, and little more, while nothing changes.
func BenchmarkGet(b *testing.B) {
	for name, revision := range map[string]func(lamp) int64{
		"unchanged": func(lamp) int64 { return 7 },
		"rendered":  func(lamp) int64 { return 0 },
	} {
		b.Run(name, func(b *testing.B) {
			shop := newShop()
			spec := shop.spec()
			spec.Revision = revision
			op := operation(b, redfish.NewService([]redfish.Resource{redfish.Define(spec)}), "GET", spec.Path)
			report := func(context.Context, error) {}
			b.ReportAllocs()
			for b.Loop() {
				req := redfish.Request{Method: "GET", Path: lampPath, Caller: viewer}
				req.SetVar("room", "hall")
				req.SetVar("lamp", "a")
				if op.Serve(b.Context(), &req, report).Status != 200 {
					b.Fatal("not served")
				}
			}
		})
	}
}

func BenchmarkPatch(b *testing.B) {
	shop := newShop()
	spec := shop.spec()
	op := operation(b, redfish.NewService([]redfish.Resource{redfish.Define(spec)}), "PATCH", spec.Path)
	body := []byte(`{"Brightness":10,"Color":"Blue","Shade":{"Angle":3}}`)
	b.ReportAllocs()
	for b.Loop() {
		req := redfish.Request{Method: "PATCH", Path: lampPath, Caller: admin, Body: body}
		req.SetVar("room", "hall")
		req.SetVar("lamp", "a")
		op.Serve(b.Context(), &req, func(context.Context, error) {})
	}
}

func operation(b *testing.B, s *redfish.Service, method, path string) *redfish.Operation {
	for _, op := range s.Operations() {
		if op.Method == method && op.Path == path {
			return op
		}
	}
	b.Fatalf("no operation %s %s", method, path)
	return nil
}

// A collection of as many members as one reply holds.
func BenchmarkCollection(b *testing.B) {
	var keys []string
	for i := range redfish.DefaultPageSize {
		keys = append(keys, fmt.Sprintf("6f1b7a52-6f0c-4f10-8b1f-%012d", i))
	}
	spec := newShop().collection()
	spec.Path, spec.Of, spec.PageSize = "/redfish/v1/Lamps", "Lamp", 0
	spec.List = func(context.Context, *redfish.Request, hawkfish.Page) ([]string, int, error) {
		return keys, 10 * len(keys), nil
	}
	lamp := newShop().spec()
	lamp.Path, lamp.Aliases = "/redfish/v1/Lamps/{lamp}", nil
	op := operation(b, redfish.NewService([]redfish.Resource{redfish.Collection(spec), redfish.Define(lamp)}), "GET", spec.Path)
	b.ReportAllocs()
	for b.Loop() {
		req := redfish.Request{Method: "GET", Path: spec.Path, Caller: viewer}
		if op.Serve(b.Context(), &req, func(context.Context, error) {}).Status != 200 {
			b.Fatal("not served")
		}
	}
}

// Queries over a page as large as one reply holds, of members that have been rendered before.
func BenchmarkQueries(b *testing.B) {
	shop := newShop()
	for i := range redfish.DefaultPageSize - len(shop.lamps) {
		shop.lamps = append(shop.lamps, lamp{room: "hall", id: fmt.Sprint(i), color: "Red", revision: 7})
	}
	byKey := map[string]lamp{}
	for _, l := range shop.lamps {
		byKey[l.id] = l
	}
	keys := redfish.Keys(shop.lamps, lampKey)
	lamps, one := shop.collection(), shop.spec()
	lamps.PageSize = 0
	lamps.List = func(context.Context, *redfish.Request, hawkfish.Page) ([]string, int, error) {
		return keys, len(keys), nil
	}
	one.Load = func(_ context.Context, req *redfish.Request) (lamp, error) { return byKey[req.Var("lamp")], nil }
	op := operation(b, redfish.NewService([]redfish.Resource{redfish.Collection(lamps), redfish.Define(one)}), "GET", lamps.Path)
	for _, query := range []string{"$expand=.", "$expand=.&$select=Id,Color", "$filter=Brightness%20gt%2010", "$top=10"} {
		b.Run(query, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				req := redfish.Request{Method: "GET", Path: lampsPath, RawQuery: query, Caller: viewer}
				req.SetVar("room", "hall")
				if reply := op.Serve(b.Context(), &req, func(context.Context, error) {}); reply.Status != 200 {
					b.Fatalf("%d %s", reply.Status, reply.Body)
				}
			}
		})
	}
}
