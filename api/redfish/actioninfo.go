package redfish

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-playground/validator/v10"

	"github.com/projectbeskar/hawkfish/schemas"
)

// boundAction is an action with what its body may look like.
type boundAction struct {
	Action
	shape *shape
	say   vocabulary
}

func newBoundAction(check *validator.Validate, entity string, a Action) boundAction {
	return boundAction{Action: a, shape: compileShape(check, a.Params, nil), say: ofAction(a.key(entity)[1:])}
}

// actionInfoView is the ActionInfo resource: what an action takes (DSP0268, ActionInfo).
type actionInfoView struct {
	ODataID    string           `json:"@odata.id"`
	ODataType  string           `json:"@odata.type"`
	ID         string           `json:"Id"`
	Name       string           `json:"Name"`
	Parameters []actionArgument `json:"Parameters"`
}

type actionArgument struct {
	Name            string   `json:"Name"`
	Required        bool     `json:"Required"`
	DataType        string   `json:"DataType"`
	AllowableValues []string `json:"AllowableValues,omitempty"`
	MinimumValue    *float64 `json:"MinimumValue,omitempty"`
	MaximumValue    *float64 `json:"MaximumValue,omitempty"`
}

// dataTypes names the kinds of values in the words of ActionInfo.ParameterTypes.
var dataTypes = map[kind]string{
	kindObject: "Object", kindArray: "StringArray", kindString: "String",
	kindNumber: "Number", kindBoolean: "Boolean", kindAny: "Object",
}

func (b *bound) actionInfo(ctx context.Context, a *boundAction, req *Request) (Reply, error) {
	state, err := b.find(ctx, req, http.MethodGet)
	if err != nil {
		return Reply{}, err
	}
	name := strings.TrimPrefix(a.infoPath(), "/")
	view := actionInfoView{
		ODataID: b.uri(state) + a.infoPath(), ODataType: schemas.TypeActionInfo,
		ID: name, Name: "Parameters of " + a.key(b.Entity)[1:],
	}
	for _, f := range a.shape.fields {
		arg := actionArgument{Name: f.name, Required: f.required, DataType: dataTypes[f.shape.kind]}
		if f.shape.kind == kindArray && f.shape.item.kind != kindString {
			arg.DataType = "ObjectArray"
		}
		if f.shape.enum != nil {
			arg.AllowableValues = a.shown(f.name, f.shape.enum, state)
		}
		if f.shape.kind == kindNumber {
			arg.MinimumValue, arg.MaximumValue = bounds(f.rules)
		}
		view.Parameters = append(view.Parameters, arg)
	}
	return Reply{Status: http.StatusOK, Header: infoHeader, Body: encode(view)}, nil
}

var infoHeader = Header{{"Allow", "GET, HEAD"}}

// bounds reads the least and the largest value out of a validate tag.
func bounds(rules string) (least, most *float64) {
	for rule := range strings.SplitSeq(rules, ",") {
		name, limit, _ := strings.Cut(rule, "=")
		n, err := strconv.ParseFloat(limit, 64)
		switch {
		case err != nil:
		case name == "min" || name == "gte":
			least = &n
		case name == "max" || name == "lte":
			most = &n
		}
	}
	return least, most
}
