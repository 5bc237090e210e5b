package describe

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// schemaFileView says where a JSON Schema is (DSP0268, JsonSchemaFile).
type schemaFileView struct {
	ID        string           `json:"Id"`
	Name      string           `json:"Name"`
	Languages []string         `json:"Languages"`
	Schema    string           `json:"Schema"`
	Location  []schemaLocation `json:"Location"`
}

type schemaLocation struct {
	Language       string `json:"Language"`
	URI            string `json:"Uri,omitempty"`
	PublicationURI string `json:"PublicationUri,omitempty"`
}

// Resources are the resources by which a service describes itself. version is HawkFish's.
func Resources(version string) []redfish.Resource {
	l := &library{version: version, of: map[*redfish.Service]*documents{}}
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeJsonSchemaFileCollection,
		Title: "JSON Schemas",
		Path:  "/redfish/v1/JsonSchemas",
		Of:    "JsonSchemaFile",
		List: func(_ context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			files := l.documents(req).files
			return redfish.Keys(redfish.Slice(files, page), schemaID), len(files), nil
		},
	})
	file := redfish.Define(redfish.Spec[schemaFileView, schemaFile]{
		Type: schemas.TypeJsonSchemaFile,
		Path: "/redfish/v1/JsonSchemas/{id}",
		Load: func(_ context.Context, req *redfish.Request) (schemaFile, error) {
			for _, f := range l.documents(req).files {
				if f.id == req.Var("id") {
					return f, nil
				}
			}
			return schemaFile{}, hawkfish.Missing("JsonSchemaFile", req.Var("id"))
		},
		Key:      schemaID,
		Revision: func(schemaFile) int64 { return 1 },
		Show: func(_ redfish.Links, f schemaFile) schemaFileView {
			at := schemaLocation{Language: "en", PublicationURI: f.published}
			if f.file != "" {
				at.URI = storePath + f.file
			}
			return schemaFileView{
				ID: f.id, Name: entityOf(f.odataType) + " schema", Languages: []string{"en"}, Schema: f.odataType,
				Location: []schemaLocation{at},
			}
		},
	})
	return append([]redfish.Resource{
		collection, file,
		l.open("OpenAPI.yaml", redfish.Root+"openapi.yaml", "application/yaml", func(d *documents) []byte { return d.openapiYAML }),
		l.open("OpenAPI.json", redfish.Root+"openapi.json", "application/json", func(d *documents) []byte { return d.openapiJSON }),
		redfish.Route(redfish.Endpoint{
			Name: "SchemaStore", Path: storePath + "{file}", Like: "JsonSchemaFile",
			Get: func(_ context.Context, req *redfish.Request) (redfish.Result, error) {
				return one(l.documents(req).json, req.Var("file"), "application/json")
			},
		}),
		redfish.Route(redfish.Endpoint{
			Name: "CSDL", Path: schemasPath + "{file}", Open: true, // as $metadata, which refers to it
			Get: func(_ context.Context, req *redfish.Request) (redfish.Result, error) {
				return one(l.documents(req).csdl, req.Var("file"), "application/xml")
			},
		}),
	}, page()...)
}

func schemaID(f schemaFile) string { return f.id }

// open is a document that anyone may read (DSP0266, "Authentication requirements").
func (l *library) open(name, path, contentType string, of func(*documents) []byte) redfish.Resource {
	return redfish.Route(redfish.Endpoint{Name: name, Path: path, Open: true, Get: func(_ context.Context, req *redfish.Request) (redfish.Result, error) {
		return redfish.Document(contentType, of(l.documents(req))), nil
	}})
}

func one(files map[string][]byte, name, contentType string) (redfish.Result, error) {
	body, ok := files[name]
	if !ok {
		return redfish.Result{}, hawkfish.Missing("Schema", name)
	}
	return redfish.Document(contentType, body), nil
}
