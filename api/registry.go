package api

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// registryFileView says where a message registry is (DSP0268, MessageRegistryFile).
type registryFileView struct {
	ID        string             `json:"Id"`
	Name      string             `json:"Name"`
	Languages []string           `json:"Languages"`
	Registry  string             `json:"Registry"` // without the last part of the version (DSP0268)
	Location  []registryLocation `json:"Location"`
}

type registryLocation struct {
	Language string `json:"Language"`
	URI      string `json:"Uri"`
}

// registryView is a message registry (DSP0268, MessageRegistry).
type registryView struct {
	ID          string                     `json:"Id"`
	Name        string                     `json:"Name"`
	Description string                     `json:"Description"`
	Language    string                     `json:"Language"`
	Prefix      string                     `json:"RegistryPrefix"`
	Version     string                     `json:"RegistryVersion"`
	Owner       string                     `json:"OwningEntity"`
	Messages    map[string]registryMessage `json:"Messages"`
}

type registryMessage struct {
	Description     string              `json:"Description"`
	Message         string              `json:"Message"`
	MessageSeverity schemas.Health      `json:"MessageSeverity"`
	NumberOfArgs    int                 `json:"NumberOfArgs"`
	ParamTypes      []schemas.ParamType `json:"ParamTypes,omitempty"`
	Resolution      string              `json:"Resolution"`
}

func registries() []redfish.Resource {
	known := schemas.Registries()
	find := func(_ context.Context, req *redfish.Request) (schemas.Registry, error) {
		i := slices.IndexFunc(known, func(r schemas.Registry) bool { return r.ID() == req.Var("id") })
		if i < 0 {
			return schemas.Registry{}, hawkfish.Missing("MessageRegistry", req.Var("id"))
		}
		return known[i], nil
	}
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeMessageRegistryFileCollection,
		Title: "Message Registries",
		Path:  "/redfish/v1/Registries",
		Of:    "MessageRegistryFile",
		List: func(_ context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			return redfish.Keys(redfish.Slice(known, page), schemas.Registry.ID), len(known), nil
		},
	})
	file := redfish.Define(redfish.Spec[registryFileView, schemas.Registry]{
		Type:     schemas.TypeMessageRegistryFile,
		Path:     "/redfish/v1/Registries/{id}",
		Load:     find,
		Key:      schemas.Registry.ID,
		Revision: func(schemas.Registry) int64 { return 1 },
		Show: func(to redfish.Links, r schemas.Registry) registryFileView {
			return registryFileView{
				ID: r.ID(), Name: r.Name, Languages: []string{r.Language}, Registry: r.MessagePrefix(),
				Location: []registryLocation{{r.Language, to.URI("MessageRegistry", r.ID())}},
			}
		},
	})
	content := redfish.Define(redfish.Spec[registryView, schemas.Registry]{
		Type:     schemas.TypeMessageRegistry,
		Path:     "/redfish/v1/RegistryStore/{id}",
		Like:     "MessageRegistryFile",
		Load:     find,
		Key:      schemas.Registry.ID,
		Revision: func(schemas.Registry) int64 { return 1 },
		Show:     showRegistry,
	})
	return []redfish.Resource{collection, file, content}
}

func showRegistry(_ redfish.Links, r schemas.Registry) registryView {
	v := registryView{
		ID: r.ID(), Name: r.Name, Description: r.Description, Language: r.Language, Prefix: r.Prefix,
		Version: r.Version, Owner: r.Owner, Messages: map[string]registryMessage{},
	}
	for _, d := range r.Messages {
		v.Messages[d.Key] = registryMessage{
			Description: d.Description, Message: d.Text, MessageSeverity: d.Severity,
			NumberOfArgs: len(d.ParamTypes), ParamTypes: d.ParamTypes, Resolution: d.Resolution,
		}
	}
	return v
}
