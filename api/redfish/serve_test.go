package redfish_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func TestRead(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s := redfish.NewService(shop.tree())
	get := func(path, ifNoneMatch string) redfish.Reply {
		return ask(t, s, redfish.Request{Method: "GET", Path: path, IfNoneMatch: ifNoneMatch, Caller: viewer})
	}
	const want = `{"@odata.id":"/redfish/v1/Rooms/hall/Lamps/a","@odata.type":"#Lamp.v1_0_0.Lamp","@odata.etag":"\"7\"",` +
		`"Id":"a","Name":"Lamp <a>","Color":"Red","Brightness":50,"Shade":{"Angle":0,"Material":"Paper","@Redfish.WriteableProperties":["Angle","Pattern"]},` +
		`"Room":{"@odata.id":"/redfish/v1/Rooms/hall/Lamps"},"@Redfish.WriteableProperties":["Color","Brightness","Label","Tags","Free"],` +
		`"Actions":{"#Lamp.Flash":{"target":"/redfish/v1/Rooms/hall/Lamps/a/Actions/Lamp.Flash","Color@Redfish.AllowableValues":["Red","Green"],` +
		`"@Redfish.ActionInfo":"/redfish/v1/Rooms/hall/Lamps/a/FlashActionInfo"},` +
		`"Oem":{"#HawkFishLamp.Polish":{"target":"/redfish/v1/Rooms/hall/Lamps/a/Actions/Oem/HawkFishLamp.Polish"}}},` +
		`"Oem":{"HawkFish":{"@odata.type":"#HawkFishLamp.v1_0_0.HawkFishLamp","Watt":"40"}}}`
	for _, path := range []string{lampPath, "/redfish/v1/Old/hall/a", lampPath + "?unknown=1"} {
		reply := get(path, `"6"`)
		if reply.Status != 200 || string(reply.Body) != want || reply.ETag != `"7"` {
			t.Errorf("%s: %d %s\n%s\nwant\n%s", path, reply.Status, reply.ETag, reply.Body, want)
		}
		if got := reply.Header.Get("Allow"); got != "GET, HEAD, PATCH, DELETE" {
			t.Errorf("Allow: %s", got)
		}
	}
	if shop.shows.Load() != 1 {
		t.Errorf("rendered %d times", shop.shows.Load())
	}
	for _, tag := range []string{`"7"`, `W/"7"`, `"1", "7"`, `*`} {
		if reply := get(lampPath, tag); reply.Status != 304 || reply.Body != nil || reply.ETag != `"7"` {
			t.Errorf("If-None-Match %s: %d %s", tag, reply.Status, reply.Body)
		}
	}
	shop.lamps[0].revision++
	if reply := get(lampPath, `"7"`); reply.Status != 200 || reply.ETag != `"8"` {
		t.Errorf("after a change: %d %s", reply.Status, reply.ETag)
	}
}

func TestPreconditions(t *testing.T) {
	t.Parallel()
	for _, insist := range []bool{false, true} {
		for ifMatch, want := range map[string]int{`"7"`: 200, `W/"7"`: 200, `"1","7"`: 200, `*`: 200, `"6"`: 412, `7`: 412, ``: 200} {
			if ifMatch == "" && insist {
				want = 428
			}
			spec := newShop().spec()
			spec.Insist = insist
			s := redfish.NewService([]redfish.Resource{redfish.Define(spec)})
			reply := ask(t, s, redfish.Request{Method: "PATCH", Path: lampPath, IfMatch: ifMatch, Body: []byte(`{"Brightness":1}`), Caller: admin})
			if reply.Status != want {
				t.Errorf("insist %t, If-Match %s: %d, want %d", insist, ifMatch, reply.Status, want)
			}
			if want == 200 && (reply.ETag != `"8"` || !strings.Contains(string(reply.Body), `"Brightness":1,`)) {
				t.Errorf("If-Match %s: %s %s", ifMatch, reply.ETag, reply.Body)
			}
		}
	}
}

func TestCollection(t *testing.T) {
	t.Parallel()
	shop := newShop()
	s := redfish.NewService(shop.tree())
	type page struct {
		Members []redfish.Link
		Count   int    `json:"Members@odata.count"`
		Next    string `json:"Members@odata.nextLink"`
	}
	read := func(path string) page {
		reply := ask(t, s, redfish.Request{Method: "GET", Path: path, Caller: viewer})
		var p page
		if err := json.Unmarshal(reply.Body, &p); err != nil || reply.Status != 200 {
			t.Fatalf("%s: %d %s", path, reply.Status, reply.Body)
		}
		return p
	}
	for path, size := range map[string]int{lampsPath: 3, lampsPath + "?$top=2": 2, lampsPath + "?%24top=99&$skip=1": 3} {
		first := read(path)
		seen := slices.Clone(first.Members)
		if first.Count != 5 || len(seen) != size {
			t.Errorf("%s: %+v", path, first)
		}
		for next := first.Next; next != ""; {
			p := read(next)
			seen, next = append(seen, p.Members...), p.Next
		}
		if last := seen[len(seen)-1].ODataID; last != "/redfish/v1/Rooms/hall/Lamps/e" {
			t.Errorf("%s: paging ends at %s", path, last)
		}
	}
	if p := read(lampsPath + "?$skip=5"); len(p.Members) != 0 || p.Members == nil || p.Next != "" {
		t.Errorf("past the end: %+v", p)
	}
	shop.lamps[1].id = "z"
	if p := read(lampsPath); p.Members[1].ODataID != lampsPath+"/z" {
		t.Errorf("after a change of the second member: %v", p.Members)
	}
	for path, want := range map[string]string{
		lampsPath + "?$top=0":    "400 QueryParameterOutOfRange",
		lampsPath + "?$skip=-1":  "400 QueryParameterOutOfRange",
		lampsPath + "?$top=x":    "400 QueryParameterValueTypeError",
		lampPath + "?$top=1":     "400 QueryNotSupportedOnResource",
		lampPath + "?$nonsense":  "501 QueryParameterUnsupported",
		lampPath + "?nonsense=1": "200",
	} {
		reply := ask(t, s, redfish.Request{Method: "GET", Path: path, Caller: viewer})
		got := fmt.Sprint(reply.Status)
		if reply.Status != 200 {
			got += " " + strings.Join(errorsOf(t, reply), ",")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	s := redfish.NewService(newShop().tree())
	post := func(path, body string) redfish.Reply {
		return ask(t, s, redfish.Request{Method: "POST", Path: path, Body: []byte(body), Caller: admin})
	}
	made := post(lampsPath, `{"Id":"new","Color":"Red"}`)
	if made.Status != 201 || made.Header.Get("Location") != "/redfish/v1/Rooms/hall/Lamps/new" ||
		made.Header.Get("X-Made-By") != "Administrator" || made.ETag != `"1"` || !strings.Contains(string(made.Body), `"Id":"new"`) {
		t.Errorf("created: %+v %s", made, made.Body)
	}
	task := post(flashPath, `{"Times":1}`)
	if task.Status != 202 || task.Header.Get("Location") != "/redfish/v1/Watchers/hall/a" || task.Header.Get("Retry-After") == "" || task.ETag != "" {
		t.Errorf("accepted: %+v", task)
	}
	down := post(lampPath+"/Actions/Oem/HawkFishLamp.Polish", ``)
	if down.Status != 503 || down.Header.Get("Retry-After") == "" || strings.Contains(string(down.Body), "10.0.0.7") {
		t.Errorf("down: %+v %s", down, down.Body)
	}
	if bug := post(flashPath, `{"Times":7}`); bug.Status != 500 || strings.Contains(string(bug.Body), "seven") {
		t.Errorf("panic: %d %s", bug.Status, bug.Body)
	}
	gone := ask(t, s, redfish.Request{Method: "DELETE", Path: lampPath, Caller: admin})
	if gone.Status != 204 || gone.Body != nil {
		t.Errorf("deleted: %+v", gone)
	}
	if stale := ask(t, s, redfish.Request{Method: "DELETE", Path: lampPath, IfMatch: `"1"`, Caller: admin}); stale.Status != 412 {
		t.Errorf("deleted with an old ETag: %d", stale.Status)
	}
	if missing := ask(t, s, redfish.Request{Method: "GET", Path: lampsPath + "/zzz", Caller: admin}); missing.Status != 404 {
		t.Errorf("missing: %d", missing.Status)
	}
	info := ask(t, s, redfish.Request{Method: "GET", Path: lampPath + "/FlashActionInfo", Caller: viewer})
	const want = `"Parameters":[{"Name":"Times","Required":true,"DataType":"Number","MinimumValue":1,"MaximumValue":10},` +
		`{"Name":"Color","Required":false,"DataType":"String","AllowableValues":["Red","Green"]}]`
	if info.Status != 200 || !strings.Contains(string(info.Body), want) {
		t.Errorf("ActionInfo: %d %s", info.Status, info.Body)
	}
}

// Every operation refuses strangers, and changes by viewers.
func TestEveryOperationIsGuarded(t *testing.T) {
	t.Parallel()
	s := redfish.NewService(newShop().tree())
	for _, op := range s.Operations() {
		serve := func(c *redfish.Caller) redfish.Reply {
			req := redfish.Request{Method: op.Method, Path: op.Path, Caller: c}
			req.SetVar("room", "hall")
			req.SetVar("lamp", "a")
			return op.Serve(t.Context(), &req, func(context.Context, error) {})
		}
		open := !strings.Contains(op.Path, "{")
		switch reply := serve(nil); {
		case open && reply.Status != 200:
			t.Errorf("%s %s is open, but answers a stranger %d", op.Method, op.Path, reply.Status)
		case !open && (reply.Status != 401 || reply.Header.Get("WWW-Authenticate") == ""):
			t.Errorf("%s %s answers a stranger %d", op.Method, op.Path, reply.Status)
		}
		if reply := serve(viewer); (op.Method == "GET") != (reply.Status == 200) || op.Method != "GET" && reply.Status != 403 {
			t.Errorf("%s %s answers a viewer %d", op.Method, op.Path, reply.Status)
		}
	}
}

func TestOwners(t *testing.T) {
	t.Parallel()
	spec := newShop().spec()
	spec.Like, spec.Name = "ManagerAccount", "ManagerAccount"
	spec.Path, spec.Aliases = "/redfish/v1/Rooms/{room}/Lamps/{lamp}", nil
	spec.Owner = func(l lamp) string { return l.owner }
	other := newShop().spec()
	other.Path, other.Aliases = "/redfish/v1/Others/{room}/{lamp}", nil
	s := redfish.NewService([]redfish.Resource{redfish.Define(spec), redfish.Define(other)})

	own, changer := caller(schemas.RoleReadOnly), caller(schemas.RoleAdministrator)
	own.Actor.AccountID, changer.Actor.AccountID = "acc-a", "acc-a"
	changer.PasswordChangeRequired = true
	for _, tt := range []struct {
		name, path string
		caller     *redfish.Caller
		want       int
	}{
		{"one's own", lampPath, own, 200},
		{"another's", lampsPath + "/b", own, 403},
		{"another's, by an administrator", lampsPath + "/b", admin, 200},
		{"one's own, before the password is changed", lampPath, changer, 200},
		{"another's, before the password is changed", lampsPath + "/b", changer, 403},
		{"anything else, before the password is changed", "/redfish/v1/Others/hall/a", changer, 403},
		{"what is open, before the password is changed", "/redfish/v1/odata", changer, 200},
	} {
		reply := ask(t, s, redfish.Request{Method: "GET", Path: tt.path, Caller: tt.caller})
		if reply.Status != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, reply.Status, tt.want)
		}
		if tt.want == 403 && tt.caller == changer && !slices.Equal(errorsOf(t, reply), []string{"PasswordChangeRequired"}) {
			t.Errorf("%s: %s", tt.name, reply.Body)
		}
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	joined := errors.Join(hawkfish.Refused("/CPU", "0", "at least one"), hawkfish.Taken("ComputerSystem", "/Name", "web"), nil)
	reply := redfish.Failure(fmt.Errorf("provision: %w", joined))
	if got := errorsOf(t, reply); !slices.Equal(got, []string{"PropertyValueIncorrect /CPU", "ResourceAlreadyExists /Name"}) || reply.Status != 400 {
		t.Errorf("%d %q", reply.Status, got)
	}
	if !strings.Contains(string(reply.Body), "at least one") {
		t.Errorf("the reason is missing: %s", reply.Body)
	}
	if reply := redfish.Failure(errors.New("secret")); reply.Status != 500 || strings.Contains(string(reply.Body), "secret") {
		t.Errorf("%d %s", reply.Status, reply.Body)
	}
	if reply := redfish.NotFound(&redfish.Request{Path: "/x"}); reply.Status != 404 {
		t.Errorf("%d", reply.Status)
	}
	if reply := redfish.MethodNotAllowed([]string{"GET", "HEAD"}); reply.Status != 405 || reply.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("%+v", reply)
	}
}
