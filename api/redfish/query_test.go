package redfish_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
)

// rooms is a tree in which references lead in circles: a room has lamps, and each lamp names its room.
type roomView struct {
	ID    string        `json:"Id"`
	Name  string        `json:"Name"`
	Lamps *redfish.Link `json:"Lamps"`
	Links roomLinks     `json:"Links"`
}

type roomLinks struct {
	Best    *redfish.Link `json:"Best"`
	Missing redfish.Link  `json:"Missing"`
}

func newRooms() (*shop, *redfish.Service) {
	s := newShop()
	for i := range s.lamps {
		s.lamps[i].brightness = 10 * i
	}
	s.lamps[2].color = "Blue"
	room := redfish.Define(redfish.Spec[roomView, string]{
		Type: "#Room.v1_0_0.Room", Like: "ComputerSystem", Path: "/redfish/v1/Rooms/{room}",
		Load:     func(_ context.Context, req *redfish.Request) (string, error) { return req.Var("room"), nil },
		Key:      func(room string) string { return room },
		Revision: func(string) int64 { return 3 },
		Show: func(to redfish.Links, room string) roomView {
			return roomView{
				ID: room, Name: "Room " + room, Lamps: to.To("Lamps", room),
				Links: roomLinks{to.To("Lamp", room+"/e"), redfish.Link{ODataID: "/redfish/v1/Rooms/hall/Lamps/zzz"}},
			}
		},
	})
	lamps := s.collection()
	lamps.PageSize = 10
	lamps.Filters = []string{"Color"}
	lamps.List = func(_ context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
		in := slices.DeleteFunc(slices.Clone(s.lamps), func(l lamp) bool {
			want := req.Wants("Color")
			return l.room != req.Var("room") || want != nil && *want != string(l.color)
		})
		return redfish.Keys(redfish.Slice(in, page), lampKey), len(in), nil
	}
	return s, redfish.NewService([]redfish.Resource{redfish.Collection(lamps), redfish.Define(s.spec()), room})
}

// query asks for a path, whose parameters need no escapes here, and returns the body.
func queried(t *testing.T, s *redfish.Service, path string) (map[string]any, redfish.Reply) {
	t.Helper()
	path, query, _ := strings.Cut(path, "?")
	query = strings.NewReplacer(" ", "%20", "'", "%27").Replace(query)
	reply := ask(t, s, redfish.Request{Method: "GET", Path: path + "?" + query, Caller: viewer})
	doc := map[string]any{}
	if err := json.Unmarshal(reply.Body, &doc); err != nil {
		t.Fatalf("%s?%s: %v: %s", path, query, err, reply.Body)
	}
	return doc, reply
}

func TestFilter(t *testing.T) {
	t.Parallel()
	_, s := newRooms()
	for filter, want := range map[string]string{
		"Id eq 'b'":                                     "b",
		"'b' eq Id":                                     "b",
		"Id ne 'b'":                                     "acde",
		"Brightness gt 20":                              "de",
		"Brightness ge 2.0e1":                           "cde",
		"Brightness lt 20":                              "ab",
		"Brightness le 20":                              "abc",
		"Color eq 'Blue'":                               "c",
		"Color eq 'Blue' and Id eq 'a'":                 "",
		"Color eq 'Red' and Brightness gt 0":            "bde",
		"Color eq 'Red' and Color eq 'Blue'":            "",
		"Color eq 'Blue' or Id eq 'a'":                  "ac",
		"Id eq 'a' or Id eq 'b' and Brightness eq 99":   "a",
		"(Id eq 'a' or Id eq 'b') and Brightness eq 10": "b",
		"not Color eq 'Red'":                            "c",
		"not (Id gt 'a') or not(Id lt 'e')":             "ae",
		"Shade/Material eq 'Paper' and Shade/Angle eq 0 and Id eq 'd'": "d",
		"Shade/Material eq null":                                         "",
		"Ghost eq null and Id eq 'a'":                                    "a",
		"Room/@odata.id eq '/redfish/v1/Rooms/hall/Lamps' and Id lt 'c'": "ab",
		"Oem/HawkFish/Watt eq '40' and Id eq 'a'":                        "a",
		"Oem/HawkFish/Volt ne '40' and Id eq 'a'":                        "a",
		"Brightness eq '20'":                                             "",
		"Name eq 'Lamp <a>'":                                             "a",
		"Name eq 'It''s'":                                                "",
		"Id lt Color":                                                    "",
		"Color lt Id":                                                    "abcde",
	} {
		doc, reply := queried(t, s, lampsPath+"?$filter="+filter)
		got := ""
		for _, m := range doc["Members"].([]any) {
			got += strings.TrimPrefix(m.(map[string]any)["@odata.id"].(string), lampsPath+"/")
		}
		if got != want || doc["Members@odata.count"] != float64(len(want)) || reply.Status != 200 {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
}

func TestPagesKeepTheQuery(t *testing.T) {
	t.Parallel()
	_, s := newRooms()
	doc, _ := queried(t, s, lampsPath+"?$filter=Color eq 'Red' and Brightness ge 0&$top=3&$skip=1&$expand=.&$select=Id")
	const next = lampsPath + "?$skip=4&$top=3&$filter=Color+eq+%27Red%27+and+Brightness+ge+0&$expand=.&$select=Id"
	if doc["Members@odata.count"] != 4.0 || len(doc["Members"].([]any)) != 3 || doc["Members@odata.nextLink"] != nil {
		t.Errorf("the last page: %v", doc)
	}
	doc, _ = queried(t, s, lampsPath+"?$filter=Color eq 'Red' and Brightness ge 0&$top=3&$expand=.&$select=Id")
	if got := doc["Members@odata.nextLink"]; got != strings.Replace(next, "skip=4", "skip=3", 1) {
		t.Errorf("the next page: %v", got)
	}
	values, err := url.Parse(doc["Members@odata.nextLink"].(string))
	if err != nil {
		t.Fatal(err)
	}
	reply := ask(t, s, redfish.Request{Method: "GET", Path: values.Path + "?" + values.RawQuery, Caller: viewer})
	if !strings.Contains(string(reply.Body), `"Members":[{"@odata.id":"`+lampsPath+`/e","@odata.type":"#Lamp.v1_0_0.Lamp","@odata.etag":"\"7\"","Id":"e"}]`) {
		t.Errorf("following it: %s", reply.Body)
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	shop, s := newRooms()
	const room = "/redfish/v1/Rooms/hall"
	for query, want := range map[string]struct{ lamps, first, best, missing bool }{
		"$expand=.":            {lamps: true},
		"$expand=~":            {best: true},
		"$expand=*":            {lamps: true, best: true},
		"$expand=*($levels=1)": {lamps: true, best: true},
		"$expand=.($levels=2)": {lamps: true, first: true},
		"$expand=.($levels=5)": {lamps: true, first: true},
	} {
		doc, reply := queried(t, s, room+"?"+query)
		lamps := doc["Lamps"].(map[string]any)
		first := map[string]any{}
		if members, ok := lamps["Members"].([]any); ok {
			first = members[0].(map[string]any)
		}
		links := doc["Links"].(map[string]any)
		if got := lamps["Name"] != nil; got != want.lamps {
			t.Errorf("%s: the lamps: %v", query, lamps)
		}
		if got := first["Color"] != nil; got != want.first {
			t.Errorf("%s: the first lamp: %v", query, first)
		}
		if got := links["Best"].(map[string]any)["Color"] != nil; got != want.best {
			t.Errorf("%s: the best lamp: %v", query, links)
		}
		if len(links["Missing"].(map[string]any)) != 1 {
			t.Errorf("%s: what is missing is no reference any more: %v", query, links)
		}
		if back, _ := first["Room"].(map[string]any); len(back) > 1 {
			t.Errorf("%s: a circle: %v", query, back)
		}
		if reply.ETag != "" {
			t.Errorf("%s has the ETag %s", query, reply.ETag)
		}
	}
	before := shop.shows.Load()
	for range 3 {
		queried(t, s, lampsPath+"?$expand=.")
	}
	if shop.shows.Load() != before {
		t.Errorf("members are rendered anew: %d times", shop.shows.Load()-before)
	}
}

func TestSelectAndOnly(t *testing.T) {
	t.Parallel()
	shop, s := newRooms()
	for query, want := range map[string]string{
		"$select=Color":                      `"Color":"Red"`,
		"$select=Shade/Angle,Color":          `"Color":"Red","Shade":{"Angle":0}`,
		"$select=Shade,Shade/Angle":          `"Shade":{"Angle":0,"Material":"Paper","@Redfish.WriteableProperties":["Angle","Pattern"]}`,
		"$select=Shade/Angle,Shade":          `"Shade":{"Angle":0,"Material":"Paper","@Redfish.WriteableProperties":["Angle","Pattern"]}`,
		"$select=Nothing, Oem/HawkFish/Watt": `"Oem":{"HawkFish":{"@odata.type":"#HawkFishLamp.v1_0_0.HawkFishLamp","Watt":"40"}}`,
	} {
		_, reply := queried(t, s, lampPath+"?"+query)
		const start = `{"@odata.id":"/redfish/v1/Rooms/hall/Lamps/a","@odata.type":"#Lamp.v1_0_0.Lamp","@odata.etag":"\"7\"",`
		if string(reply.Body) != start+want+"}" || reply.ETag != `"7"` {
			t.Errorf("%s: %s", query, reply.Body)
		}
	}
	if _, reply := queried(t, s, lampPath+"?excerpt"); !strings.Contains(string(reply.Body), `"Color"`) {
		t.Errorf("the excerpt of what has none: %s", reply.Body)
	}
	if doc, _ := queried(t, s, lampsPath+"?only"); len(doc["Members"].([]any)) != 5 {
		t.Errorf("only, of five: %v", doc)
	}
	shop.lamps = shop.lamps[:1]
	if doc, reply := queried(t, s, lampsPath+"?only"); doc["Id"] != "a" || reply.ETag != `"7"` || !strings.Contains(reply.Header.Get("Allow"), "PATCH") {
		t.Errorf("only, of one: %v", doc)
	}
}

func TestBadQueries(t *testing.T) {
	t.Parallel()
	_, s := newRooms()
	for path, want := range map[string]string{
		lampsPath + "?$filter=Id eq":           "400 QueryParameterValueFormatError",
		lampsPath + "?$filter=Colour eq 'Red'": "400 QueryParameterValueError",
		lampsPath + "?$filter=Shade/X eq 1":    "400 QueryParameterValueError",
		lampPath + "?$filter=Id eq 'a'":        "400 QueryNotSupportedOnResource",
		lampPath + "?only":                     "400 QueryNotSupportedOnResource",
		lampsPath + "?only=x":                  "400 QueryParameterValueTypeError",
		lampPath + "?excerpt=x":                "400 QueryParameterValueTypeError",
		lampsPath + "?only&$expand=.":          "400 QueryCombinationInvalid",
		lampsPath + "?$top=1&$top=2":           "400 QueryCombinationInvalid",
		lampsPath + "?$expand=Members":         "400 QueryParameterValueFormatError",
		lampsPath + "?$expand":                 "400 QueryParameterValueFormatError",
		lampsPath + "?$expand=.($levels=0)":    "400 QueryParameterOutOfRange",
		lampsPath + "?$expand=.($levels=6)":    "400 QueryParameterOutOfRange",
		lampsPath + "?$select=":                "400 QueryParameterValueFormatError",
		lampsPath + "?$select=A//B":            "400 QueryParameterValueFormatError",
		lampsPath + "?$orderby=Id":             "501 QueryParameterUnsupported",
		lampsPath + "?$top=x&$skip=y":          "400 QueryParameterValueTypeError QueryParameterValueTypeError",
		"/redfish/v1/odata?$select=value":      "400 QueryNotSupportedOnResource",
	} {
		_, reply := queried(t, s, path)
		if got := fmt.Sprint(reply.Status, " ", strings.Join(errorsOf(t, reply), " ")); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	reply := ask(t, s, redfish.Request{Method: "DELETE", Path: lampPath + "?$select=Id", Caller: admin})
	if reply.Status != 400 {
		t.Errorf("a DELETE with $select: %d", reply.Status)
	}
}

// One request must not read the fleet.
func TestQueriesAreBounded(t *testing.T) {
	t.Parallel()
	shop, _ := newRooms()
	shop.lamps = nil
	for i := range 2001 {
		shop.lamps = append(shop.lamps, lamp{room: "hall", id: fmt.Sprint(i), color: "Red", revision: 1})
	}
	lamps := shop.collection()
	lamps.PageSize = 2001
	s := redfish.NewService([]redfish.Resource{redfish.Collection(lamps), redfish.Define(shop.spec())})
	for query, want := range map[string]int{
		"$expand=.": 507, "$expand=.&$top=1000": 200, "$filter=Id eq '1'": 507, "$top=2000": 200,
	} {
		if _, reply := queried(t, s, lampsPath+"?"+query); reply.Status != want {
			t.Errorf("%s: %d, want %d", query, reply.Status, want)
		}
	}
	shop.lamps = shop.lamps[:2000]
	if doc, _ := queried(t, s, lampsPath+"?$filter=Id eq '1999' or Id eq '0'"); doc["Members@odata.count"] != 2.0 {
		t.Errorf("the last of all that are looked at is not found: %v", doc)
	}
}

// A list has an ETag, which is another one when it lists something else; expanded, when a member has changed.
func TestETagsOfCollections(t *testing.T) {
	t.Parallel()
	shop, s := newRooms()
	get := func(query, tag string) redfish.Reply {
		return ask(t, s, redfish.Request{Method: "GET", Path: lampsPath + query, IfNoneMatch: tag, Caller: viewer})
	}
	plain, expanded := get("", "").ETag, get("?$expand=.", "").ETag
	if len(plain) != 34 || len(expanded) != 34 || plain == expanded || get("?$top=2", "").ETag == plain {
		t.Fatalf("%s %s", plain, expanded)
	}
	if got := get("", "W/"+plain); got.Status != 304 || got.Body != nil {
		t.Errorf("a list that is known: %+v", got)
	}
	if got := get("?$expand=.", expanded); got.Status != 304 {
		t.Errorf("an expanded list that is known: %+v", got)
	}
	shop.lamps[1].revision++
	if got := get("", plain); got.Status != 304 {
		t.Errorf("the list after a change of a member: %d", got.Status)
	}
	if got := get("?$expand=.", expanded); got.Status != 200 {
		t.Errorf("the expanded list after a change of a member: %d", got.Status)
	}
	shop.lamps = shop.lamps[1:]
	if got := get("", plain); got.Status != 200 {
		t.Errorf("the list after it has changed: %d", got.Status)
	}
}

// What a caller may not read is not put in.
func TestExpandAsksForPrivileges(t *testing.T) {
	t.Parallel()
	shop, _ := newRooms()
	spec := shop.spec()
	spec.Like = "ManagerAccount"
	spec.Owner = func(l lamp) string { return l.owner }
	s := redfish.NewService([]redfish.Resource{redfish.Collection(shop.collection()), redfish.Define(spec)})
	own := *viewer
	own.Actor.AccountID = "acc-b"
	reply := ask(t, s, redfish.Request{Method: "GET", Path: lampsPath + "?$expand=.", Caller: &own})
	if got := strings.Count(string(reply.Body), `"Color":`); reply.Status != 200 || got != 1 {
		t.Errorf("%d of them: %s", got, reply.Body)
	}
}

// A member that cannot be read because something is down, or has a bug, is no member that is not there.
func TestQueriesFailAsAWhole(t *testing.T) {
	t.Parallel()
	shop, _ := newRooms()
	spec := shop.spec()
	for name, tt := range map[string]struct {
		fail func() (lamp, error)
		want int
	}{
		"down":    {func() (lamp, error) { return lamp{}, hawkfish.Down("PostgreSQL", context.DeadlineExceeded) }, 503},
		"a bug":   {func() (lamp, error) { panic("no lamp") }, 500},
		"deleted": {func() (lamp, error) { return lamp{}, hawkfish.Missing("Lamp", "c") }, 200},
	} {
		spec.Load = func(ctx context.Context, req *redfish.Request) (lamp, error) {
			if req.Var("lamp") == "c" {
				return tt.fail()
			}
			return shop.find(ctx, req)
		}
		s := redfish.NewService([]redfish.Resource{redfish.Collection(shop.collection()), redfish.Define(spec)})
		for _, query := range []string{"$expand=.", "$filter=Id ne 'a'"} {
			if _, reply := queried(t, s, lampsPath+"?"+query); reply.Status != tt.want {
				t.Errorf("%s, %s: %d, want %d", name, query, reply.Status, tt.want)
			}
		}
	}
}
