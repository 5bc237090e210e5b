package redfish_test

import (
	"context"
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
