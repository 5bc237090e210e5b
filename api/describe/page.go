package describe

import (
	"context"
	"embed"
	"path"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
)

//go:embed page/index.html page/page.css page/page.js page/swagger-ui.css page/swagger-ui-bundle.js
var assets embed.FS

// contentTypes of the page's parts. The machine's own table may say anything.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
}

// page is the interactive page at /redfish/v1/docs, with all that it loads.
func page() []redfish.Resource {
	return []redfish.Resource{
		redfish.Route(redfish.Endpoint{
			Name: "Docs", Path: redfish.Root + "docs", Open: true,
			Get: func(context.Context, *redfish.Request) (redfish.Result, error) { return asset("index.html") },
		}),
		redfish.Route(redfish.Endpoint{
			Name: "DocsAsset", Path: redfish.Root + "docs/{file}", Open: true,
			Get: func(_ context.Context, req *redfish.Request) (redfish.Result, error) { return asset(req.Var("file")) },
		}),
	}
}

func asset(name string) (redfish.Result, error) {
	body, err := assets.ReadFile("page/" + path.Base(name))
	if err != nil {
		return redfish.Result{}, hawkfish.Missing("Page", name)
	}
	return redfish.Document(contentTypes[path.Ext(name)], body).With(pageHeader...), nil
}

// pageHeader keeps the page from loading anything from elsewhere, and from being shown within another.
var pageHeader = []redfish.Field{{
	Name:  "Content-Security-Policy",
	Value: "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
}}
