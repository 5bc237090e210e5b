package redfish

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// queries are the parameters of DSP0266, "Query parameters", that are served; only on collections.
var queries = map[string]bool{"$top": true, "$skip": true}

// checkQuery refuses the parameters that an operation does not know. Those
// without "$" are ignored, as the standard wants.
func checkQuery(method, rawQuery string, paged bool) error {
	if rawQuery == "" {
		return nil
	}
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return Rejected{schemas.QueryNotSupported()}
	}
	for name := range values {
		switch {
		case !strings.HasPrefix(name, "$"):
		case !queries[name]:
			return Rejected{schemas.QueryNotSupported()}
		case method != http.MethodGet:
			return Rejected{schemas.QueryNotSupportedOnOperation()}
		case !paged:
			return Rejected{schemas.QueryNotSupportedOnResource()}
		}
	}
	return nil
}

// pageOf reads $skip and $top; size is the largest page.
func pageOf(rawQuery string, size int) (hawkfish.Page, error) {
	page := hawkfish.Page{Limit: size}
	if rawQuery == "" {
		return page, nil
	}
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return page, Rejected{schemas.QueryNotSupported()}
	}
	var faults Rejected
	number := func(name string, least, otherwise int) int {
		if !values.Has(name) {
			return otherwise
		}
		text := values.Get(name)
		n, err := strconv.ParseInt(text, 10, 32)
		switch {
		case err != nil:
			faults = append(faults, schemas.QueryParameterValueTypeError(clip(text), name))
		case int(n) < least:
			faults = append(faults, schemas.QueryParameterOutOfRange(clip(text), name, strconv.Itoa(least)+" or more"))
		}
		return int(n)
	}
	page.Skip = number("$skip", 0, 0)
	page.Limit = min(size, number("$top", 1, size))
	if faults != nil {
		return page, faults
	}
	return page, nil
}
