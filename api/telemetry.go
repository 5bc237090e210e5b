package api

import (
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// telemetryServiceView is the TelemetryService (DSP0268).
type telemetryServiceView struct {
	ID          string        `json:"Id"`
	Name        string        `json:"Name"`
	Enabled     bool          `json:"ServiceEnabled"`
	Status      status        `json:"Status"`
	MaxReports  int           `json:"MaxReports"`
	MinInterval string        `json:"MinCollectionInterval,omitempty"` // ISO 8601
	Metrics     *redfish.Link `json:"MetricDefinitions"`
	Definitions *redfish.Link `json:"MetricReportDefinitions"`
	Reports     *redfish.Link `json:"MetricReports"`
}

// metricDefinitionView is a MetricDefinition (DSP0268): a figure that there is of each system.
type metricDefinitionView struct {
	ID             string                           `json:"Id"`
	Name           string                           `json:"Name"`
	Type           schemas.MetricType               `json:"MetricType"`
	DataType       schemas.MetricDataType           `json:"MetricDataType"`
	Implementation schemas.MetricImplementationType `json:"Implementation"`
	Calculable     schemas.MetricCalculable         `json:"Calculable"`
	Units          string                           `json:"Units"` // UCUM
	IsLinear       bool                             `json:"IsLinear"`
	Interval       string                           `json:"SensingInterval,omitempty"` // ISO 8601
	Properties     []string                         `json:"MetricProperties"`
	Wildcards      []wildcardView                   `json:"Wildcards"`
}

// wildcardView says what stands for a part of MetricProperties.
type wildcardView struct {
	Name   string   `json:"Name"`
	Values []string `json:"Values"`
}

// reportDefinitionView is a MetricReportDefinition (DSP0268): the figures of one class, reported whenever somebody asks.
type reportDefinitionView struct {
	ID        string                             `json:"Id"`
	Name      string                             `json:"Name"`
	Type      schemas.MetricReportDefinitionType `json:"MetricReportDefinitionType"`
	Enabled   bool                               `json:"MetricReportDefinitionEnabled"`
	Actions   []schemas.ReportActionsEnum        `json:"ReportActions"`
	Updates   schemas.ReportUpdatesEnum          `json:"ReportUpdates"`
	Status    status                             `json:"Status"`
	Metrics   []reportMetricView                 `json:"Metrics"`
	Wildcards []wildcardView                     `json:"Wildcards"`
	Report    *redfish.Link                      `json:"MetricReport"`
}

type reportMetricView struct {
	ID         string   `json:"MetricId"`
	Properties []string `json:"MetricProperties"`
}

// reportView is a MetricReport (DSP0268): the latest figures of one class, of all systems that the caller may see.
type reportView struct {
	ID         string            `json:"Id"`
	Name       string            `json:"Name"`
	Timestamp  time.Time         `json:"Timestamp"`
	Definition *redfish.Link     `json:"MetricReportDefinition"`
	Values     []metricValueView `json:"MetricValues"`
}

type metricValueView struct {
	ID        string    `json:"MetricId"`
	Property  string    `json:"MetricProperty"`
	Value     string    `json:"MetricValue"`
	Timestamp time.Time `json:"Timestamp"`
}

// reportOem says what a report leaves out, and what is not true.
type reportOem struct {
	Type      string `json:"@odata.type"`
	Systems   int    `json:"Systems"`             // of which there are figures here
	Limit     int    `json:"Limit"`               // of systems in one report; those created first are in it
	Simulated int    `json:"Simulated,omitempty"` // systems whose figures are made up
}

// maxReported is how many systems are in one report.
const maxReported = 5000

// reportState is a report when somebody asks.
type reportState struct {
	class string
	at    time.Time
	all   []hawkfish.SystemMetrics
}

// metricClasses are the classes of metrics, which are also their reports' IDs.
func metricClasses() []string {
	var classes []string
	for _, m := range hawkfish.Metrics {
		if !slices.Contains(classes, m.Class) {
			classes = append(classes, m.Class)
		}
	}
	return classes
}

// systemWildcard stands for each system.
var systemWildcard = []wildcardView{{Name: "SystemID", Values: []string{"*"}}}

// metricProperty is where a figure of a system is; the system's ID may be a wildcard.
func metricProperty(systemID, metric string) string {
	return "/redfish/v1/Systems/" + systemID + "/Oem/HawkFish/Metrics#/" + metric
}

func telemetry(c *control.Control, info ServiceInfo) []redfish.Resource {
	const path = "/redfish/v1/TelemetryService"
	service := redfish.Define(redfish.Spec[telemetryServiceView, struct{}]{
		Type: schemas.TypeTelemetryService, Path: path, Load: nothing, Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) telemetryServiceView {
			return telemetryServiceView{
				ID: "TelemetryService", Name: "Telemetry", Enabled: info.Telemetry > 0, Status: working, MaxReports: len(metricClasses()),
				MinInterval: isoDuration(info.Telemetry), Metrics: to.To("MetricDefinitionCollection", ""),
				Definitions: to.To("MetricReportDefinitionCollection", ""), Reports: to.To("MetricReportCollection", ""),
			}
		},
	})
	list := func(entity, odataType, title, folder string, ids []string) redfish.Resource {
		return redfish.Collection(redfish.CollectionSpec{
			Type: odataType, Title: title, Path: path + "/" + folder, Of: entity,
			List: func(_ context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
				return redfish.Slice(ids, page), len(ids), nil
			},
		})
	}
	ids := make([]string, len(hawkfish.Metrics))
	for i, m := range hawkfish.Metrics {
		ids[i] = m.ID
	}
	return []redfish.Resource{
		service,
		list("MetricDefinition", schemas.TypeMetricDefinitionCollection, "Metrics", "MetricDefinitions", ids),
		metricDefinition(path, info),
		list("MetricReportDefinition", schemas.TypeMetricReportDefinitionCollection, "Metric report definitions", "MetricReportDefinitions", metricClasses()),
		reportDefinition(path, info),
		list("MetricReport", schemas.TypeMetricReportCollection, "Metric reports", "MetricReports", metricClasses()),
		report(path, c, info),
		metrics(c),
	}
}

func metricDefinition(path string, info ServiceInfo) redfish.Resource {
	return redfish.Define(redfish.Spec[metricDefinitionView, hawkfish.Metric]{
		Type: schemas.TypeMetricDefinition, Path: path + "/MetricDefinitions/{id}",
		Load: func(_ context.Context, req *redfish.Request) (hawkfish.Metric, error) {
			i := slices.IndexFunc(hawkfish.Metrics, func(m hawkfish.Metric) bool { return m.ID == req.Var("id") })
			if i < 0 {
				return hawkfish.Metric{}, hawkfish.Missing("MetricDefinition", req.Var("id"))
			}
			return hawkfish.Metrics[i], nil
		},
		Key:      func(m hawkfish.Metric) string { return m.ID },
		Revision: func(hawkfish.Metric) int64 { return 1 },
		Show: func(_ redfish.Links, m hawkfish.Metric) metricDefinitionView {
			v := metricDefinitionView{
				ID: m.ID, Name: m.Title, Type: m.Type, DataType: schemas.MetricDataTypeDecimal, Units: m.Unit, IsLinear: true,
				Implementation: schemas.MetricImplementationTypeDigitalMeter, Calculable: schemas.MetricCalculableSummable,
				Interval: isoDuration(info.Telemetry), Properties: []string{metricProperty("{SystemID}", m.ID)}, Wildcards: systemWildcard,
			}
			if m.Calculated {
				v.Implementation = schemas.MetricImplementationTypeCalculated
			}
			if m.Unit == "%" {
				v.Calculable = schemas.MetricCalculableNonSummable
			}
			return v
		},
	})
}

// ofClass loads the class that a URI names.
func ofClass(entity string, req *redfish.Request) (string, error) {
	if class := req.Var("id"); slices.Contains(metricClasses(), class) {
		return class, nil
	}
	return "", hawkfish.Missing(entity, req.Var("id"))
}

func reportDefinition(path string, info ServiceInfo) redfish.Resource {
	return redfish.Define(redfish.Spec[reportDefinitionView, string]{
		Type: schemas.TypeMetricReportDefinition, Path: path + "/MetricReportDefinitions/{id}",
		Load: func(_ context.Context, req *redfish.Request) (string, error) {
			return ofClass("MetricReportDefinition", req)
		},
		Key:      func(class string) string { return class },
		Revision: func(string) int64 { return 1 },
		Show: func(to redfish.Links, class string) reportDefinitionView {
			v := reportDefinitionView{
				ID: class, Name: class + " metrics of all systems", Type: schemas.MetricReportDefinitionTypeOnRequest, Enabled: info.Telemetry > 0,
				Actions: []schemas.ReportActionsEnum{schemas.ReportActionsEnumLogToMetricReportsCollection}, Updates: schemas.ReportUpdatesEnumOverwrite,
				Status: working, Wildcards: systemWildcard, Report: to.To("MetricReport", class),
			}
			for _, m := range hawkfish.Metrics {
				if m.Class == class {
					v.Metrics = append(v.Metrics, reportMetricView{m.ID, []string{metricProperty("{SystemID}", m.ID)}})
				}
			}
			return v
		},
	})
}

func report(path string, c *control.Control, info ServiceInfo) redfish.Resource {
	return redfish.Define(redfish.Spec[reportView, reportState]{
		Type: schemas.TypeMetricReport, Path: path + "/MetricReports/{id}",
		Slow: true, // thousands of values, of which $expand would gather all
		Load: func(ctx context.Context, req *redfish.Request) (reportState, error) {
			class, err := ofClass("MetricReport", req)
			if err != nil {
				return reportState{}, err
			}
			now := time.Now()
			all, err := c.ListMetrics(ctx, req.Scope(), now.Add(-freshness(info.Telemetry)), maxReported)
			return reportState{class, now.UTC().Truncate(time.Second), all}, err
		},
		Key: func(r reportState) string { return r.class },
		Show: func(to redfish.Links, r reportState) reportView {
			v := reportView{
				ID: r.class, Name: r.class + " metrics", Timestamp: r.at, Definition: to.To("MetricReportDefinition", r.class), Values: []metricValueView{},
			}
			for _, s := range r.all {
				for _, f := range figuresOf(s, 0) {
					if f.Class == r.class {
						v.Values = append(v.Values, metricValueView{f.ID, metricProperty(s.SystemID, f.ID), decimal(f.value), s.Readings[0].At.Truncate(time.Second)})
					}
				}
			}
			return v
		},
		Oem: func(_ redfish.Links, r reportState) any {
			v := reportOem{Type: "#HawkFishMetricReport.v1_0_0.HawkFishMetricReport", Systems: len(r.all), Limit: maxReported}
			for _, s := range r.all {
				if s.Readings[0].Simulated {
					v.Simulated++
				}
			}
			return v
		},
	})
}

// freshness is how old a reading may be that is reported: two turns of its host may be missed.
func freshness(interval time.Duration) time.Duration {
	return max(3*interval, 2*time.Minute) + 10*time.Second
}

// figure is what a metric is of one system.
type figure struct {
	hawkfish.Metric
	value float64
}

// figuresOf works out the figures of a system at one of its readings.
func figuresOf(s hawkfish.SystemMetrics, at int) (all []figure) {
	var before hawkfish.Reading
	if at+1 < len(s.Readings) {
		before = s.Readings[at+1]
	}
	for _, m := range hawkfish.Metrics {
		if v, ok := m.Value(s.Readings[at], before, s.CPUs); ok {
			all = append(all, figure{m, v})
		}
	}
	return all
}

// decimal writes a figure with at most three digits behind the point.
func decimal(v float64) string { return strconv.FormatFloat(rounded(v), 'f', -1, 64) }

func rounded(v float64) float64 { return math.Round(v*1000) / 1000 }

// isoDuration is a duration as Redfish writes it (ISO 8601), in seconds; "" for none.
func isoDuration(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return "PT" + strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "S"
}
