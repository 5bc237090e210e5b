package redfish_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	s := redfish.NewService(newShop().tree())
	for pattern, want := range map[string]string{
		"/redfish/v1/Rooms/{room}/Lamps":                                "GET HEAD POST",
		"/redfish/v1/Rooms/{room}/Lamps/{lamp}":                         "GET HEAD PATCH DELETE",
		"/redfish/v1/Rooms/{room}/Lamps/{lamp}/Actions/Lamp.Flash":      "POST",
		"/redfish/v1/Rooms/{room}/Lamps/{lamp}/FlashActionInfo":         "GET HEAD",
		"/redfish/v1/Old/{room}/{lamp}/Actions/Oem/HawkFishLamp.Polish": "POST",
		"/redfish":     "GET HEAD",
		"/redfish/v1/": "",
	} {
		if got := strings.Join(s.Allow(pattern), " "); got != want {
			t.Errorf("%s: %s, want %s", pattern, got, want)
		}
	}
}

func TestProtocolDocuments(t *testing.T) {
	t.Parallel()
	system := newShop().spec()
	system.Type, system.Path, system.Aliases, system.Key = schemas.TypeComputerSystem, "/redfish/v1/One", nil, nil
	s := redfish.NewService(append(newShop().tree(), redfish.Define(system)))
	get := func(path string) redfish.Reply { return ask(t, s, redfish.Request{Method: "GET", Path: path}) }
	if got := string(get("/redfish").Body); got != `{"v1":"/redfish/v1/"}` {
		t.Error(got)
	}
	var odata struct{ Value []struct{ Name, URL string } }
	if err := json.Unmarshal(get("/redfish/v1/odata").Body, &odata); err != nil || len(odata.Value) != 1 || odata.Value[0].URL != "/redfish/v1/One" {
		t.Errorf("%v %+v", err, odata)
	}
	meta := get("/redfish/v1/$metadata")
	if err := xml.Unmarshal(meta.Body, new(struct{ XMLName xml.Name })); err != nil || meta.ContentType != "application/xml" {
		t.Errorf("%v %s", err, meta.ContentType)
	}
	for _, want := range []string{`Namespace="` + schemas.Schemas["ComputerSystem"].Namespace() + `"`, "EntityContainer", "RedfishExtensions"} {
		if !strings.Contains(string(meta.Body), want) {
			t.Errorf("$metadata lacks %s:\n%s", want, meta.Body)
		}
	}
	if strings.Contains(string(meta.Body), "Lamp") {
		t.Error("$metadata refers to a schema that nobody has published")
	}
	link := ask(t, s, redfish.Request{Method: "GET", Path: "/redfish/v1/One", Caller: viewer})
	if link.Status == 200 && !strings.Contains(link.Header.Get("Link"), schemas.Schemas["ComputerSystem"].JSONSchema()) {
		t.Errorf("Link: %s", link.Header.Get("Link"))
	}
}

func TestBadDeclarationsPanic(t *testing.T) {
	t.Parallel()
	type withOem struct {
		Oem string `json:"Oem"`
	}
	type untagged struct{ Name string }
	type channel struct {
		C chan int `json:"C"`
	}
	type badRule struct {
		Name string `json:"Name" validate:"nosuchrule"`
	}
	base := newShop().spec()
	define := func(change func(*redfish.Spec[lampView, lamp])) func() []redfish.Resource {
		return func() []redfish.Resource {
			spec := base
			change(&spec)
			return []redfish.Resource{redfish.Define(spec)}
		}
	}
	creating := func(c redfish.Create) func() []redfish.Resource {
		return func() []redfish.Resource {
			spec := newShop().collection()
			spec.Create = c
			return []redfish.Resource{redfish.Collection(spec)}
		}
	}
	for name, tree := range map[string]func() []redfish.Resource{
		"two of one name":    func() []redfish.Resource { return append(newShop().tree(), newShop().tree()...) },
		"unknown privileges": define(func(s *redfish.Spec[lampView, lamp]) { s.Like = "Lamp" }),
		"no Load":            define(func(s *redfish.Spec[lampView, lamp]) { s.Load = nil }),
		"other variables":    define(func(s *redfish.Spec[lampView, lamp]) { s.Aliases = []string{"/redfish/v1/{x}"} }),
		"open variable":      define(func(s *redfish.Spec[lampView, lamp]) { s.Path = "/redfish/v1/{x" }),
		"five variables":     define(func(s *redfish.Spec[lampView, lamp]) { s.Path = "/{a}/{b}/{c}/{d}/{e}" }),
		"alias of itself":    define(func(s *redfish.Spec[lampView, lamp]) { s.Aliases = []string{s.Path} }),
		"a view with Oem": func() []redfish.Resource {
			return []redfish.Resource{redfish.Define(redfish.Spec[withOem, lamp]{
				Type: "#X.X", Like: "Bios", Path: "/x", Load: base.Load, Show: func(redfish.Links, lamp) withOem { return withOem{} },
			})}
		},
		"no json tag":     creating(redfish.Creates[untagged](nil)),
		"not a JSON type": creating(redfish.Creates[channel](nil)),
		"unknown rule":    creating(redfish.Creates[badRule](nil)),
		"overlay of nothing": func() []redfish.Resource {
			return redfish.Persona{Overlays: []redfish.Overlay{redfish.On("Chair")}}.Apply(newShop().tree())
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			redfish.NewService(tree())
		})
	}
}

func TestPersona(t *testing.T) {
	t.Parallel()
	standard := newShop().tree()
	acme := redfish.Persona{Name: "acme", Overlays: []redfish.Overlay{redfish.On("Lamp",
		redfish.Version("#Lamp.v0_9_0.Lamp"),
		redfish.Oem("Acme", func(_ redfish.Links, l lamp) any { return map[string]string{"Serial": l.id} }),
		redfish.Accept("Flash", "Color", "Green", "Blue"),
		redfish.Hide("Brightness", "Ghost"),
		redfish.Also(redfish.Do("Oem/AcmeLamp.Spin", func(context.Context, *redfish.Request, lamp, struct{}) (redfish.Result, error) {
			return redfish.Done(), nil
		})),
	)}}
	read := func(tree []redfish.Resource) string {
		return string(ask(t, redfish.NewService(tree), redfish.Request{Method: "GET", Path: lampPath, Caller: viewer}).Body)
	}
	before := read(standard)
	changed := read(acme.Apply(standard))
	for _, want := range []string{
		`"#Lamp.v0_9_0.Lamp"`, `"Acme":{"Serial":"a"}`, `"HawkFish":{`, `"Color@Redfish.AllowableValues":["Green"]`, `#AcmeLamp.Spin`,
	} {
		if !strings.Contains(changed, want) {
			t.Errorf("lacks %s:\n%s", want, changed)
		}
	}
	if strings.Contains(changed, "Brightness") || !json.Valid([]byte(changed)) {
		t.Errorf("%s", changed)
	}
	if read(standard) != before {
		t.Error("the standard tree has changed")
	}
	s := redfish.NewService(acme.Apply(standard))
	if spun := ask(t, s, redfish.Request{Method: "POST", Path: lampPath + "/Actions/Oem/AcmeLamp.Spin", Caller: admin}); spun.Status != 204 {
		t.Errorf("spin: %d", spun.Status)
	}
	refused := ask(t, s, redfish.Request{Method: "POST", Path: flashPath, Body: []byte(`{"Times":1,"Color":"Red"}`), Caller: admin})
	if got := errorsOf(t, refused); !slices.Equal(got, []string{"ActionParameterValueNotInList /Color"}) {
		t.Errorf("%q", got)
	}
}
