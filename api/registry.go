package api

import (
	"context"
	"slices"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// registryFileView says where a registry is (DSP0268, MessageRegistryFile).
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

// publishedRegistry is a registry that is served, of messages or of attributes.
type publishedRegistry struct {
	id, name, language string
	prefix             string // with the version but for its last part
	content            string // the resource that holds it
}

// publishedRegistries lists what is served: DMTF's registries and our own.
func publishedRegistries() []publishedRegistry {
	var all []publishedRegistry
	for _, r := range schemas.Registries() {
		all = append(all, publishedRegistry{r.ID(), r.Name, r.Language, r.MessagePrefix(), "MessageRegistry"})
	}
	bios := biosRegistry()
	return append(all, publishedRegistry{bios.ID, bios.Name, bios.Language, biosRegistryPrefix, "AttributeRegistry"})
}

func registries() []redfish.Resource {
	published := publishedRegistries()
	id := func(r publishedRegistry) string { return r.id }
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  schemas.TypeMessageRegistryFileCollection,
		Title: "Message Registries",
		Path:  "/redfish/v1/Registries",
		Of:    "MessageRegistryFile",
		List: func(_ context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			return redfish.Keys(redfish.Slice(published, page), id), len(published), nil
		},
	})
	file := redfish.Define(redfish.Spec[registryFileView, publishedRegistry]{
		Type: schemas.TypeMessageRegistryFile,
		Path: "/redfish/v1/Registries/{id}",
		Load: func(_ context.Context, req *redfish.Request) (publishedRegistry, error) {
			return among("MessageRegistryFile", published, id, req)
		},
		Key:      id,
		Revision: func(publishedRegistry) int64 { return 1 },
		Show: func(to redfish.Links, r publishedRegistry) registryFileView {
			return registryFileView{
				ID: r.id, Name: r.name, Languages: []string{r.language}, Registry: r.prefix,
				Location: []registryLocation{{r.language, to.URI(r.content, r.id)}},
			}
		},
	})
	messages := redfish.Define(redfish.Spec[registryView, schemas.Registry]{
		Type: schemas.TypeMessageRegistry,
		Path: "/redfish/v1/RegistryStore/{id}",
		Like: "MessageRegistryFile",
		Load: func(_ context.Context, req *redfish.Request) (schemas.Registry, error) {
			return among("MessageRegistry", schemas.Registries(), schemas.Registry.ID, req)
		},
		Key:      schemas.Registry.ID,
		Revision: func(schemas.Registry) int64 { return 1 },
		Show:     showRegistry,
	})
	attributes := redfish.Define(redfish.Spec[attributeRegistryView, attributeRegistryView]{
		Type: schemas.TypeAttributeRegistry,
		Path: "/redfish/v1/RegistryStore/AttributeRegistries/{id}",
		Like: "MessageRegistryFile",
		Load: func(_ context.Context, req *redfish.Request) (attributeRegistryView, error) {
			return among("AttributeRegistry", []attributeRegistryView{biosRegistry()}, attributeRegistryView.key, req)
		},
		Key:      attributeRegistryView.key,
		Revision: func(attributeRegistryView) int64 { return 1 },
		Show:     func(_ redfish.Links, v attributeRegistryView) attributeRegistryView { return v },
	})
	return []redfish.Resource{collection, file, messages, attributes}
}

// among finds what the path names in a fixed list.
func among[T any](entity string, all []T, id func(T) string, req *redfish.Request) (T, error) {
	i := slices.IndexFunc(all, func(one T) bool { return id(one) == req.Var("id") })
	if i < 0 {
		var none T
		return none, hawkfish.Missing(entity, req.Var("id"))
	}
	return all[i], nil
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
