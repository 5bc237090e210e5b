package redfish

import (
	"context"
	"encoding/xml"
	"maps"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Root is where the tree begins (DSP0266, "Protocol version").
const Root = "/redfish/v1/"

// protocol returns the documents that DSP0266 wants beside the resources:
// the versions, the OData service document and the OData metadata.
func protocol(tree []Resource) []Resource {
	return []Resource{
		fixed("Versions", "/redfish", "", encode(map[string]string{"v1": Root})),
		fixed("OData", Root+"odata", "", serviceDocument(tree)),
		fixed("Metadata", Root+"$metadata", "application/xml", metadata(tree)),
	}
}

// fixed is a document that never changes and that anyone may read.
func fixed(name, path, contentType string, body []byte) Resource {
	return Route(Endpoint{Name: name, Path: path, Open: true, Get: func(context.Context, *Request) (Result, error) {
		return Document(contentType, body), nil
	}})
}

type oDataDocument struct {
	Context string       `json:"@odata.context"`
	Value   []oDataEntry `json:"value"`
}

type oDataEntry struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	URL  string `json:"url"`
}

// serviceDocument lists the top of the tree.
func serviceDocument(tree []Resource) []byte {
	doc := oDataDocument{Context: Root + "$metadata", Value: []oDataEntry{}}
	for _, r := range tree {
		name, below := strings.CutPrefix(r.Path, Root)
		if r.get == nil && below && !strings.ContainsAny(name, "/{") {
			if name == "" {
				name = "Service"
			}
			doc.Value = append(doc.Value, oDataEntry{name, "Singleton", r.Path})
		}
	}
	return encode(doc)
}

type edmx struct {
	XMLName    xml.Name        `xml:"edmx:Edmx"`
	NS         string          `xml:"xmlns:edmx,attr"`
	Version    string          `xml:"Version,attr"`
	References []edmxReference `xml:"edmx:Reference"`
	Schema     edmSchema       `xml:"edmx:DataServices>Schema"`
}

type edmxReference struct {
	URI      string        `xml:"Uri,attr"`
	Includes []edmxInclude `xml:"edmx:Include"`
}

type edmxInclude struct {
	Namespace string `xml:"Namespace,attr"`
	Alias     string `xml:"Alias,attr,omitempty"`
}

type edmSchema struct {
	NS        string `xml:"xmlns,attr"`
	Namespace string `xml:"Namespace,attr"`
	Container struct {
		Name    string `xml:"Name,attr"`
		Extends string `xml:"Extends,attr"`
	} `xml:"EntityContainer"`
}

// metadata refers to the schemas of the tree. HawkFish's own are not among
// DMTF's, so they are left out.
func metadata(tree []Resource) []byte {
	doc := edmx{NS: "http://docs.oasis-open.org/odata/ns/edmx", Version: "4.0"}
	service := schemas.Schemas["ServiceRoot"].Namespace()
	spoken := map[string]bool{schemas.Schemas["ActionInfo"].Namespace(): true, schemas.Schemas["Message"].Namespace(): true}
	for _, r := range tree {
		if r.describedBy() != "" {
			spoken[r.namespace()] = true
		}
		if r.Entity == "ServiceRoot" {
			service = r.namespace()
		}
	}
	for _, namespace := range slices.Sorted(maps.Keys(spoken)) {
		entity, _, versioned := strings.Cut(namespace, ".")
		ref := edmxReference{URI: schemas.Schemas[entity].CSDL(), Includes: []edmxInclude{{Namespace: entity}}}
		if versioned {
			ref.Includes = append(ref.Includes, edmxInclude{Namespace: namespace})
		}
		doc.References = append(doc.References, ref)
	}
	doc.References = append(doc.References, edmxReference{
		URI:      "http://redfish.dmtf.org/schemas/v1/RedfishExtensions_v1.xml",
		Includes: []edmxInclude{{Namespace: "RedfishExtensions.v1_0_0", Alias: "Redfish"}},
	})
	doc.Schema.NS, doc.Schema.Namespace = "http://docs.oasis-open.org/odata/ns/edm", "Service"
	doc.Schema.Container.Name, doc.Schema.Container.Extends = "Service", service+".ServiceContainer"
	body, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		panic(err) // of a type that always encodes
	}
	return append([]byte(xml.Header), body...)
}
