package api

import (
	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// biosRegistryID names the registry of the firmware's attributes, with its version.
const (
	biosRegistryName   = "HawkFishBiosAttributeRegistry"
	biosRegistryID     = biosRegistryName + ".v1_0_0"
	biosRegistryPrefix = biosRegistryName + ".1.0"
)

// attributeRegistryView is the registry (DSP0268, AttributeRegistry).
type attributeRegistryView struct {
	ID          string                   `json:"Id"`
	Name        string                   `json:"Name"`
	Description string                   `json:"Description"`
	Language    string                   `json:"Language"`
	Version     string                   `json:"RegistryVersion"`
	Owner       string                   `json:"OwningEntity"`
	Entries     attributeRegistryEntries `json:"RegistryEntries"`
}

func (v attributeRegistryView) key() string { return v.ID }

type attributeRegistryEntries struct {
	Attributes []attributeView `json:"Attributes"`
}

type attributeView struct {
	Name          string                `json:"AttributeName"`
	Display       string                `json:"DisplayName"`
	Help          string                `json:"HelpText"`
	Order         int                   `json:"DisplayOrder"`
	Type          schemas.AttributeType `json:"Type"`
	Values        []attributeValueView  `json:"Value,omitempty"`
	Least         *int                  `json:"LowerBound,omitempty"`
	Most          *int                  `json:"UpperBound,omitempty"`
	Step          *int                  `json:"ScalarIncrement,omitempty"`
	Default       any                   `json:"DefaultValue,omitempty"`
	ReadOnly      bool                  `json:"ReadOnly"`
	ResetRequired bool                  `json:"ResetRequired"`
	Immutable     bool                  `json:"Immutable"`
}

type attributeValueView struct {
	Name    string `json:"ValueName"`
	Display string `json:"ValueDisplayName"`
}

func biosRegistry() attributeRegistryView {
	v := attributeRegistryView{
		ID: biosRegistryID, Name: "HawkFish BIOS attribute registry", Description: "The settings of the firmware of virtual machines",
		Language: "en", Version: "1.0.0", Owner: vendor,
	}
	one := 1
	for i, a := range hawkfish.BiosAttributes {
		shown := attributeView{
			Name: a.Name, Display: a.Display, Help: a.Help, Order: i + 1, Type: a.Type, Default: a.Default,
			ReadOnly: a.Set == nil, ResetRequired: a.Set != nil, Immutable: a.Set == nil && a.Name == "SerialNumber",
		}
		for _, value := range a.Values {
			shown.Values = append(shown.Values, attributeValueView(value))
		}
		if a.Type == schemas.AttributeTypeInteger {
			shown.Least, shown.Most, shown.Step = &a.Least, &a.Most, &one
		}
		v.Entries.Attributes = append(v.Entries.Attributes, shown)
	}
	return v
}
