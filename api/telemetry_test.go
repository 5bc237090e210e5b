package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func TestTelemetry(t *testing.T) {
	t.Parallel()
	s := newService(t)
	id, other := s.provision("web1"), s.provision("web2")
	now := time.Now().Add(-30 * time.Second)
	for i, when := range []time.Time{now.Add(-time.Minute), now} {
		n := int64(i)
		err := s.store.RecordMetrics(t.Context(), hawkfish.Measurement{HostID: "kvm1", At: when, Simulated: true, Samples: []hawkfish.Sample{
			{SystemID: id, CPU: n * 60e9, Memory: 2048, Read: n * 6000, Reads: n, Received: n * 120},
			{SystemID: other, CPU: 7e9 - n}, // started anew
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	service, _ := s.must(200, viewer, "GET", "/redfish/v1/TelemetryService", "")
	defined := map[string]bool{}
	metrics, _ := s.must(200, viewer, "GET", at(service, "MetricDefinitions"+"/@odata.id").(string)+"?$expand=.", "")
	for _, m := range metrics["Members"].([]any) {
		defined[m.(map[string]any)["Id"].(string)] = true
	}
	reports, _ := s.must(200, viewer, "GET", at(service, "MetricReports"+"/@odata.id").(string), "")
	values := map[string]string{}
	for _, m := range reports["Members"].([]any) {
		report, _ := s.must(200, viewer, "GET", m.(map[string]any)["@odata.id"].(string), "")
		if n := at(report, "Oem/HawkFish/Simulated"); n != 2.0 {
			t.Errorf("%v simulated systems", n)
		}
		for _, v := range report["MetricValues"].([]any) {
			one := v.(map[string]any)
			resource, property, _ := strings.Cut(one["MetricProperty"].(string), "#/")
			if !defined[one["MetricId"].(string)] || property != one["MetricId"] {
				t.Errorf("%v is not defined", one)
			}
			doc, _ := s.must(200, viewer, "GET", resource, "")
			if doc[property] == nil {
				t.Errorf("%s does not lead to a figure", one["MetricProperty"])
			}
			values[resource[len("/redfish/v1/Systems/"):len("/redfish/v1/Systems/")+36]+" "+property] = one["MetricValue"].(string)
		}
	}
	for figure, want := range map[string]string{
		id + " ProcessorTime": "60", id + " ProcessorUtilization": "50", id + " MemoryConsumed": "2048", id + " DiskReadRate": "100",
		id + " NetworkReceiveRate": "2", other + " ProcessorTime": "7", other + " ProcessorUtilization": "", other + " DiskReadRate": "",
	} {
		if got := values[figure]; got != want {
			t.Errorf("%s: %q, want %q", figure, got, want)
		}
	}
	one, _ := s.must(200, viewer, "GET", "/redfish/v1/Systems/"+id+"/Oem/HawkFish/Metrics", "")
	if one["ProcessorUtilization"] != 50.0 || len(one["History"].([]any)) != 1 {
		t.Errorf("%v", one)
	}
	stranger := caller(schemas.RoleOperator)
	stranger.Actor.Scope = hawkfish.Scope{}
	s.must(404, stranger, "GET", "/redfish/v1/Systems/"+id+"/Oem/HawkFish/Metrics", "")
	report, _ := s.must(200, stranger, "GET", "/redfish/v1/TelemetryService/MetricReports/Processor", "")
	if len(report["MetricValues"].([]any)) != 0 {
		t.Errorf("a stranger sees %v", report)
	}
	s.must(404, viewer, "GET", "/redfish/v1/TelemetryService/MetricReports/Nope", "")
}
