package redfish

import (
	"reflect"
	"testing"

	"github.com/go-playground/validator/v10"
)

func TestPublicBody(t *testing.T) {
	t.Parallel()
	type inner struct {
		Key  string   `json:"Key" secret:"true"`
		List []string `json:"List"`
	}
	type outer struct {
		Name  string  `json:"Name"`
		Inner inner   `json:"Inner"`
		Many  []inner `json:"Many"`
		Word  *string `json:"Word" secret:"true" null:"clears"`
	}
	shape := compileShape(validator.New(), reflect.TypeFor[outer](), nil)
	for body, want := range map[string]string{
		`{"Name":"a\"<b>","Word":"x"}`:                             `{"Name":"a\"<b>","Word":"******"}`,
		`{ "Inner" : {"Key":"x", "List":["y", "z"]}, "Word":null}`: `{"Inner":{"Key":"******","List":["y","z"]},"Word":null}`,
		`{"Many":[{"Key":"x"},{"Key":5}],"@odata.id":"/a"}`:        `{"Many":[{"Key":"******"},{"Key":"******"}],"@odata.id":"/a"}`,
		`not JSON x`: ``,
	} {
		if got := (&Request{Body: []byte(body), shape: shape}).PublicBody(); string(got) != want {
			t.Errorf("%s: %s", body, got)
		}
	}
	if got := (&Request{Body: []byte(`{"Word":"x"}`)}).PublicBody(); got != nil {
		t.Errorf("without a shape: %s", got)
	}
}
