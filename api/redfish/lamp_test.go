package redfish_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// The kit's tests serve lamps: a resource with everything that a declaration can have.

type color string

func (color) Values() []string { return []string{"Red", "Green", "Blue"} }

type lamp struct {
	room, id   string
	owner      string
	color      color
	brightness int
	revision   int64
}

type lampView struct {
	ID         string        `json:"Id"`
	Name       string        `json:"Name"`
	Color      color         `json:"Color"`
	Brightness int           `json:"Brightness"`
	Shade      shadeView     `json:"Shade"`
	Room       *redfish.Link `json:"Room,omitempty"`
	Ghost      *redfish.Link `json:"Ghost,omitempty"`
}

type shadeView struct {
	Angle    int    `json:"Angle"`
	Material string `json:"Material"`
}

type lampPatch struct {
	Color      *color      `json:"Color"`
	Brightness *int        `json:"Brightness" validate:"min=0,max=100"`
	Label      *string     `json:"Label" validate:"min=2,max=5" null:"clears"`
	Shade      *shadePatch `json:"Shade"`
	Tags       []string    `json:"Tags" validate:"max=2,dive,max=3"`
	Free       any         `json:"Free"`
}

type shadePatch struct {
	Angle   *int    `json:"Angle" validate:"max=90"`
	Pattern *string `json:"Pattern" null:"clears"`
}

type newLamp struct {
	ID     string `json:"Id" validate:"required,alphanum"`
	Secret string `json:"Secret" validate:"min=8" secret:"true"`
	Color  color  `json:"Color" validate:"required"`
}

type flash struct {
	Times int   `json:"Times" validate:"required,min=1,max=10"`
	Color color `json:"Color"`
}

// shop keeps the lamps.
type shop struct {
	lamps []lamp

	shows atomic.Int64 // lamps are shown side by side
}

func (s *shop) find(_ context.Context, req *redfish.Request) (lamp, error) {
	for _, l := range s.lamps {
		if l.room == req.Var("room") && l.id == req.Var("lamp") {
			return l, nil
		}
	}
	return lamp{}, hawkfish.Missing("Lamp", req.Var("lamp"))
}

func lampKey(l lamp) string { return l.room + "/" + l.id }

func (s *shop) show(to redfish.Links, l lamp) lampView {
	s.shows.Add(1)
	return lampView{
		ID: l.id, Name: "Lamp <" + l.id + ">", Color: l.color, Brightness: l.brightness, Shade: shadeView{Material: "Paper"},
		Room: to.To("Lamps", l.room), Ghost: to.To("Ghost", l.id),
	}
}

func (s *shop) spec() redfish.Spec[lampView, lamp] {
	return redfish.Spec[lampView, lamp]{
		Type: "#Lamp.v1_0_0.Lamp", Like: "ComputerSystem",
		Path: "/redfish/v1/Rooms/{room}/Lamps/{lamp}", Aliases: []string{"/redfish/v1/Old/{room}/{lamp}"},
		Load: s.find, Key: lampKey, Show: s.show,
		Revision: func(l lamp) int64 { return l.revision },
		Oem: func(_ redfish.Links, l lamp) any {
			return map[string]string{"@odata.type": "#HawkFishLamp.v1_0_0.HawkFishLamp", "Watt": "40"}
		},
		Patch: redfish.Writable(func(_ context.Context, req *redfish.Request, l lamp, p lampPatch) (lamp, error) {
			for i := range s.lamps {
				if at := &s.lamps[i]; lampKey(*at) == lampKey(l) {
					if p.Brightness != nil {
						at.brightness = *p.Brightness
					}
					at.revision++
					return *at, nil
				}
			}
			return l, hawkfish.Missing("Lamp", l.id)
		}),
		Delete: func(context.Context, *redfish.Request, lamp) (redfish.Result, error) { return redfish.Done(), nil },
		Actions: []redfish.ActionOf[lamp]{
			redfish.Allowing(redfish.Do("Flash", func(_ context.Context, _ *redfish.Request, l lamp, p flash) (redfish.Result, error) {
				if p.Times == 7 {
					panic("seven times")
				}
				return redfish.Accepted("Lamp", l, "Watcher"), nil
			}), "Color", func(l lamp) []string { return []string{"Red", "Green"} }),
			redfish.Do("Oem/HawkFishLamp.Polish", func(context.Context, *redfish.Request, lamp, struct{}) (redfish.Result, error) {
				return redfish.Result{}, hawkfish.Down("the polisher", fmt.Errorf("dial 10.0.0.7"))
			}),
		},
	}
}

func (s *shop) collection() redfish.CollectionSpec {
	return redfish.CollectionSpec{
		Type: "#LampCollection.LampCollection", Name: "Lamps", Title: "Lamps", Like: "ComputerSystemCollection",
		Path: "/redfish/v1/Rooms/{room}/Lamps", Of: "Lamp", PageSize: 3,
		List: func(_ context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			in := slices.DeleteFunc(slices.Clone(s.lamps), func(l lamp) bool { return l.room != req.Var("room") })
			return redfish.Keys(redfish.Slice(in, page), lampKey), len(in), nil
		},
		Create: redfish.Creates(func(_ context.Context, req *redfish.Request, p newLamp) (redfish.Result, error) {
			if p.ID == "taken" {
				return redfish.Result{}, hawkfish.Taken("Lamp", "/Id", p.ID)
			}
			l := lamp{room: req.Var("room"), id: p.ID, color: p.Color, revision: 1}
			return redfish.Created("Lamp", l, redfish.Field{Name: "X-Made-By", Value: req.Actor().UserName}), nil
		}),
	}
}

func (s *shop) watcher() redfish.Resource {
	return redfish.Route(redfish.Endpoint{
		Name: "Watcher", Path: "/redfish/v1/Watchers/{room}/{lamp}", Like: "ComputerSystem",
		Get: func(context.Context, *redfish.Request) (redfish.Result, error) {
			return redfish.Document("text/plain", []byte("watching")), nil
		},
	})
}

func (s *shop) tree() []redfish.Resource {
	return []redfish.Resource{redfish.Collection(s.collection()), redfish.Define(s.spec()), s.watcher()}
}

func newShop() *shop {
	s := &shop{}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		s.lamps = append(s.lamps, lamp{room: "hall", id: id, owner: "acc-" + id, color: "Red", brightness: 50, revision: 7})
	}
	return s
}

var (
	admin  = caller(schemas.RoleAdministrator)
	viewer = caller(schemas.RoleReadOnly)
)

func caller(role schemas.RoleID) *redfish.Caller {
	return &redfish.Caller{
		Actor:      hawkfish.Actor{AccountID: "acc-" + string(role), UserName: string(role), Scope: hawkfish.Scope{All: true}},
		Privileges: role.AssignedPrivileges(),
	}
}

// ask serves one request by the operation that its path belongs to.
func ask(t testing.TB, s *redfish.Service, req redfish.Request) redfish.Reply {
	t.Helper()
	path, query, _ := strings.Cut(req.Path, "?")
	req.Path, req.RawQuery = path, query
	for _, op := range s.Operations() {
		if op.Method != req.Method {
			continue
		}
		if match(op.Path, path, &req) {
			return op.Serve(t.Context(), &req, func(_ context.Context, err error) { t.Log("reported:", err) })
		}
	}
	t.Fatalf("no operation for %s %s", req.Method, path)
	return redfish.Reply{}
}

// match compares a path with a pattern and sets its variables.
func match(pattern, path string, req *redfish.Request) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if strings.HasPrefix(want[i], "{") {
			continue
		}
		if want[i] != have[i] {
			return false
		}
	}
	for i := range want {
		if name, ok := strings.CutPrefix(want[i], "{"); ok {
			req.SetVar(strings.TrimSuffix(name, "}"), have[i])
		}
	}
	return true
}

// errorsOf returns the messages of an error body: "PropertyUnknown /Boot/Nope".
func errorsOf(t *testing.T, reply redfish.Reply) []string {
	t.Helper()
	var body struct {
		Error struct {
			Code, Message string
			Info          []redfish.Info `json:"@Message.ExtendedInfo"`
		}
	}
	if err := json.Unmarshal(reply.Body, &body); err != nil || body.Error.Code == "" || body.Error.Message == "" {
		t.Fatalf("no error body: %s", reply.Body)
	}
	var found []string
	for _, m := range body.Error.Info {
		text := m.MessageID[strings.LastIndexByte(m.MessageID, '.')+1:]
		for _, at := range m.Related {
			text += " " + strings.TrimPrefix(at, "#")
		}
		found = append(found, text)
	}
	return found
}
