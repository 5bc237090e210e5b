package redfish_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/projectbeskar/hawkfish/api/redfish"
)

const (
	lampPath  = "/redfish/v1/Rooms/hall/Lamps/a"
	lampsPath = "/redfish/v1/Rooms/hall/Lamps"
	flashPath = lampPath + "/Actions/Lamp.Flash"
)

// Every fault of a body is told at once, each with where it is.
func TestBodies(t *testing.T) {
	t.Parallel()
	deep := `{"Free":` + strings.Repeat(`[`, 40) + strings.Repeat(`]`, 40) + `}`
	for _, tt := range []struct {
		name, method, path, body string
		want                     []string // nil: accepted
	}{
		{"changed", "PATCH", lampPath, `{"Brightness":10,"Color":"Blue","Shade":{"Angle":3},"Tags":["a"],"Free":{"x":[1]}}`, nil},
		{"annotations are ignored", "PATCH", lampPath, `{"@odata.id":"x","Brightness":10}`, nil},
		{"nothing to do", "PATCH", lampPath, `{"@odata.id":"x"}`, []string{"NoOperation"}},
		{"no body to patch with", "PATCH", lampPath, ``, []string{"NoOperation"}},
		{"all at once", "PATCH", lampPath,
			`{"Nope":1,"Name":"x","Color":"Pink","Brightness":"high","Shade":{"Angle":91,"Material":"Tin","X":0},"Label":"x","Oem":{}}`,
			[]string{"PropertyUnknown /Nope", "PropertyNotWritable /Name", "PropertyValueNotInList /Color", "PropertyValueTypeError /Brightness",
				"PropertyValueOutOfRange /Shade/Angle", "PropertyNotWritable /Shade/Material", "PropertyUnknown /Shade/X",
				"StringValueTooShort /Label", "PropertyNotWritable /Oem"}},
		{"names are exact", "PATCH", lampPath, `{"brightness":1}`, []string{"PropertyUnknown /brightness"}},
		{"duplicate", "PATCH", lampPath, `{"Brightness":1,"Brightness":2}`, []string{"PropertyDuplicate /Brightness"}},
		{"null is no value", "PATCH", lampPath, `{"Brightness":null}`, []string{"PropertyValueTypeError /Brightness"}},
		{"null clears", "PATCH", lampPath, `{"Label":null,"Shade":{"Pattern":null}}`, nil},
		{"fraction", "PATCH", lampPath, `{"Brightness":1.5}`, []string{"PropertyValueTypeError /Brightness"}},
		{"too large to hold", "PATCH", lampPath, `{"Brightness":99999999999999999999}`, []string{"PropertyValueOutOfRange /Brightness"}},
		{"too large", "PATCH", lampPath, `{"Brightness":101}`, []string{"PropertyValueOutOfRange /Brightness"}},
		{"too long", "PATCH", lampPath, `{"Label":"abcdef"}`, []string{"StringValueTooLong /Label"}},
		{"control character", "PATCH", lampPath, `{"Label":"a\u0000b"}`, []string{"PropertyValueFormatError /Label"}},
		{"too many", "PATCH", lampPath, `{"Tags":["a","b","c"]}`, []string{"ArraySizeTooLong /Tags"}},
		{"items", "PATCH", lampPath, `{"Tags":["abcd",5]}`, []string{"StringValueTooLong /Tags/0", "PropertyValueTypeError /Tags/1"}},
		{"odd name", "PATCH", lampPath, `{"a/b~c":1}`, []string{"PropertyUnknown /a~1b~0c"}},
		{"not JSON", "PATCH", lampPath, `{`, []string{"MalformedJSON"}},
		{"trailing garbage", "PATCH", lampPath, `{"Brightness":1} x`, []string{"MalformedJSON"}},
		{"not UTF-8", "PATCH", lampPath, "{\"Label\":\"\xff\xfe\"}", []string{"MalformedJSON"}},
		{"not an object", "PATCH", lampPath, `[]`, []string{"UnrecognizedRequestBody"}},
		{"too deep", "PATCH", lampPath, deep, []string{"UnrecognizedRequestBody"}},

		{"created", "POST", lampsPath, `{"Id":"x","Color":"Red"}`, nil},
		{"created through Members", "POST", lampsPath + "/Members", `{"Id":"x","Color":"Red"}`, nil},
		{"missing", "POST", lampsPath, `{}`, []string{"PropertyMissing /Id", "PropertyMissing /Color"}},
		{"no body", "POST", lampsPath, ``, []string{"PropertyMissing /Id", "PropertyMissing /Color"}},
		{"missing and wrong", "POST", lampsPath, `{"Id":"?","No":1}`,
			[]string{"PropertyValueFormatError /Id", "PropertyUnknown /No", "PropertyMissing /Color"}},
		{"taken", "POST", lampsPath, `{"Id":"taken","Color":"Red"}`, []string{"ResourceAlreadyExists /Id"}},

		{"flash", "POST", flashPath, `{"Times":3,"Color":"Green"}`, nil},
		{"parameter missing", "POST", flashPath, ``, []string{"ActionParameterMissing /Times"}},
		{"parameters", "POST", flashPath, `{"Times":11,"Color":"Blue","Loud":true}`,
			[]string{"ActionParameterValueOutOfRange /Times", "ActionParameterValueNotInList /Color", "ActionParameterUnknown /Loud"}},
		{"parameter of a wrong type", "POST", flashPath, `{"Times":"3"}`, []string{"ActionParameterValueTypeError /Times"}},
		{"parameter twice", "POST", flashPath, `{"Times":3,"Times":4}`, []string{"ActionParameterDuplicate /Times"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reply := ask(t, redfish.NewService(newShop().tree()), redfish.Request{Method: tt.method, Path: tt.path, Body: []byte(tt.body), Caller: admin})
			if tt.want == nil {
				if reply.Status >= 300 {
					t.Fatalf("%d %s", reply.Status, reply.Body)
				}
				return
			}
			if got := errorsOf(t, reply); !slices.Equal(got, tt.want) || reply.Status/100 != 4 {
				t.Errorf("%d\n got %q\nwant %q", reply.Status, got, tt.want)
			}
		})
	}
}

func TestSecretsAreNotRepeated(t *testing.T) {
	t.Parallel()
	s := redfish.NewService(newShop().tree())
	for _, secret := range []string{`"hunt2"`, `123456789`} {
		reply := ask(t, s, redfish.Request{Method: "POST", Path: lampsPath, Body: []byte(`{"Id":"x","Color":"Red","Secret":` + secret + `}`), Caller: admin})
		if reply.Status != 400 || strings.Contains(string(reply.Body), strings.Trim(secret, `"`)) {
			t.Errorf("%d %s", reply.Status, reply.Body)
		}
	}
}

func TestFaultsAreBounded(t *testing.T) {
	t.Parallel()
	body := `{"x":0`
	for i := range 1000 {
		body += `,"x` + strings.Repeat("y", i%200) + string(rune('A'+i%26)) + `":1`
	}
	reply := ask(t, redfish.NewService(newShop().tree()), redfish.Request{Method: "PATCH", Path: lampPath, Body: []byte(body + "}"), Caller: admin})
	if got := errorsOf(t, reply); len(got) != 65 || got[64] != "MaximumErrorsExceeded" {
		t.Errorf("%d faults, the last %s", len(got), got[len(got)-1])
	}
}
