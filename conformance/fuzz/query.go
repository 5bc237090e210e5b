package main

import (
	"net/url"
	"strings"
)

// queries have something of each of Redfish's query parameters (DSP0266, "Query parameters"), right and wrong.
var queries = []string{
	"", "only", "only=1", "excerpt", "excerpt=x", "$count", "$bogus=1", "bogus", "=", "&", "&&=&", "%zz", "%", "$top", "$top=", "$top=0", "$top=1", "$top=-1", "$top=1.5", "$top=99999999999999999999",
	"$skip=1", "$skip=-1", "$skip=999999999", "$skip=9223372036854775807", "$top=9223372036854775807&$skip=9223372036854775807", "$top=1&$top=2",
	"$expand", "$expand=", "$expand=.", "$expand=*", "$expand=~", "$expand=.($levels=1)", "$expand=*($levels=6)", "$expand=*($levels=0)", "$expand=.($levels=-1)", "$expand=.($levels=99999999999999)",
	"$expand=.($levels=2", "$expand=.)", "$expand=Links", "$expand=.,.", "$expand=.($levels=1;$select=Name)", "$select=", "$select=Name", "$select=Name,Id", "$select=*", "$select=Status/Health", "$select=/",
	"$select=,", "$select=Oem/HawkFish/Phase", "$select=Name,Name,Name", "$expand=.&$select=Name&$top=2&$filter=Name%20ne%20'x'", "$filter", "$filter=", "$orderby=Name", "$search=x", "$format=xml",
}

// filterWords are what $filter expressions are made of, and what they are not.
var filterWords = []string{
	"(", ")", "and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "Name", "Id", "PowerState", "Status/Health", "Oem/HawkFish/Phase", "MemorySummary/TotalSystemMemoryGiB", "Members", "@odata.id",
	"'On'", "'web1'", "''", "'it''s'", "'", "1", "-1", "1.5e3", "true", "null", "2026-01-01T00:00:00Z", "Nosuch", "/", ",", "$it", "contains(Name,'a')", "\\", "%27", "é", "'" + "x",
}

func (w *worker) query() string {
	var q string
	switch w.rand.IntN(6) {
	case 0, 1:
		q = "$filter=" + url.QueryEscape(w.filter())
	case 2:
		q = w.pick(queries) + "&" + w.pick(queries)
	case 3:
		q = url.Values{w.pick([]string{"$filter", "$select", "$expand", "$top", "$skip", w.text()}): {w.text()}}.Encode()
	default:
		q = w.pick(queries)
	}
	if w.rand.IntN(200) == 0 {
		q += "&$filter=" + url.QueryEscape(strings.Repeat("(", 1+w.rand.IntN(2000)))
	}
	return q
}

func (w *worker) filter() string {
	if w.rand.IntN(2) == 0 { // one that means something
		return w.pick([]string{"Name", "PowerState", "Id", "AssetTag", "UserName", "TaskState"}) + " " + w.pick([]string{"eq", "ne", "gt", "le"}) + " '" + strings.ReplaceAll(w.text(), "'", "''") + "'"
	}
	words := make([]string, 1+w.rand.IntN(12))
	for i := range words {
		words[i] = w.pick(filterWords)
	}
	return strings.Join(words, " ")
}

// headers are those that a service may look at, with values that it does not expect.
var headers = [][]string{
	{"OData-Version", "4.0", "4.01", "3.0", "", "x", "4.0, 4.0"},
	{"OData-MaxVersion", "4.0", "3.0"},
	{"If-Match", "*", `"1"`, `W/"1"`, `"1", "2"`, "1", `"`, `""`, ",", `W/`, strings.Repeat(`"x",`, 500)},
	{"If-None-Match", "*", `"1"`, `W/"1"`, "", `"`},
	{"Accept", "*/*", "text/html", "application/xml", "application/json;q=0", "application/json;charset=utf-16", ";", ",,,", "application/*;q=abc"},
	{"Accept-Encoding", "gzip", "gzip;q=0", "br", "identity;q=0, *;q=0", "*", "gzip, gzip, gzip"},
	{"Accept-Language", "en", "de, en;q=0.5", "*", "-"},
	{"Content-Type", "text/plain", "application/xml", "application/json; charset=latin1", "multipart/form-data", "", "application/json;;;", "application/merge-patch+json"},
	{"Content-Encoding", "gzip", "br", "identity"},
	{"Prefer", "wait=1", "wait=-1", "wait=x", "respond-async", "return=minimal", "wait"},
	{"Authorization", "Basic", "Basic Og==", "Basic !!!", "Bearer x", "Digest username=x", "basic YWRtaW46"},
	{"X-Auth-Token", "", "x", strings.Repeat("a", 64), strings.Repeat("é", 100)},
	{"Cookie", "a=b", ";;;=", "sessionKey=x"},
	{"Origin", "https://evil.example", "null", "https://[::1"},
	{"Access-Control-Request-Method", "PATCH"},
	{"Host", "evil.example", "[::1", "", "a:b:c", "service"},
	{"Range", "bytes=0-10", "bytes=-1", "bytes=a-b"},
	{"Expect", "100-continue"},
	{"X-Request-Id", "mine", strings.Repeat("x", 4000), "a b", "<x>"},
	{"X-Forwarded-For", "1.2.3.4", "::1, x", ","},
	{"Forwarded", "for=1.2.3.4;proto=http"},
	{"X-HTTP-Method-Override", "DELETE"},
	{"Traceparent", "00-00000000000000000000000000000000-0000000000000000-00", "x", "ff-" + strings.Repeat("a", 32) + "-" + strings.Repeat("b", 16) + "-01"},
	{"Connection", "close", "keep-alive", "upgrade", "x"},
	{"Upgrade", "h2c", "websocket"},
	{"If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT", "x"},
	{"X-Long", strings.Repeat("x", 6000), strings.Repeat("x", 20000)},
}

func (w *worker) header() [2]string {
	h := headers[w.rand.IntN(len(headers))]
	if w.rand.IntN(10) == 0 {
		return [2]string{h[0], url.QueryEscape(w.text())}
	}
	return [2]string{h[0], w.pick(h[1:])}
}

// pathLike makes another path of one.
func (w *worker) pathLike(uri string) string {
	switch w.rand.IntN(9) {
	case 0:
		return strings.ToLower(uri)
	case 1:
		return uri + "/"
	case 2:
		return strings.Replace(uri, "/redfish", "//redfish", 1)
	case 3:
		return strings.Replace(uri, "/v1", "/v1/./x/..", 1)
	case 4:
		return uri + "/" + url.PathEscape(w.text())
	case 5:
		return strings.ReplaceAll(uri, "/", "%2f")
	case 6:
		return uri + strings.Repeat("/x", 500)
	case 7:
		return "http://other.example" + uri
	default:
		return "/" + url.PathEscape(w.text()) + "%zz%00"
	}
}
