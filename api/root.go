package api

import (
	"context"
	"strings"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// serviceRootView is the ServiceRoot (DSP0268): where every client begins.
type serviceRootView struct {
	ID             string           `json:"Id"`
	Name           string           `json:"Name"`
	RedfishVersion string           `json:"RedfishVersion"`
	UUID           string           `json:"UUID"`
	Vendor         string           `json:"Vendor"`
	Product        string           `json:"Product"`
	Features       redfish.Features `json:"ProtocolFeaturesSupported"`
	Systems        *redfish.Link    `json:"Systems,omitempty"`
	Chassis        *redfish.Link    `json:"Chassis,omitempty"`
	Managers       *redfish.Link    `json:"Managers,omitempty"`
	Tasks          *redfish.Link    `json:"Tasks,omitempty"`
	SessionService *redfish.Link    `json:"SessionService,omitempty"`
	AccountService *redfish.Link    `json:"AccountService,omitempty"`
	EventService   *redfish.Link    `json:"EventService,omitempty"`
	UpdateService  *redfish.Link    `json:"UpdateService,omitempty"`
	Telemetry      *redfish.Link    `json:"TelemetryService,omitempty"`
	Registries     *redfish.Link    `json:"Registries,omitempty"`
	JSONSchemas    *redfish.Link    `json:"JsonSchemas,omitempty"`
	Certificates   *redfish.Link    `json:"CertificateService,omitempty"`
	Links          rootLinks        `json:"Links"`
}

type rootLinks struct {
	Sessions *redfish.Link `json:"Sessions"`
}

// rootOem leads to HawkFish's own resources.
type rootOem struct {
	Type  string        `json:"@odata.type"`
	Fleet *redfish.Link `json:"Fleet,omitempty"`
}

// redfishVersion is the DSP0266 version whose rules the service follows.
const redfishVersion = "1.22.0"

// ProtocolMinor returns the minor version of the protocol, as SSDP tells it.
func ProtocolMinor() string { return strings.Split(redfishVersion, ".")[1] }

// vendor is who made what callers see.
const vendor = "HawkFish"

func serviceRoot(info ServiceInfo) []redfish.Resource {
	return []redfish.Resource{redfish.Define(redfish.Spec[serviceRootView, ServiceInfo]{
		Type:     schemas.TypeServiceRoot,
		Path:     redfish.Root,
		Load:     func(context.Context, *redfish.Request) (ServiceInfo, error) { return info, nil },
		Revision: func(ServiceInfo) int64 { return 1 },
		Show: func(to redfish.Links, i ServiceInfo) serviceRootView {
			return serviceRootView{
				ID: "RootService", Name: "HawkFish", RedfishVersion: redfishVersion,
				UUID: i.UUID, Vendor: vendor, Product: "HawkFish " + i.Version,
				Features:       redfish.Supported(),
				Systems:        to.To("ComputerSystemCollection", ""),
				Chassis:        to.To("ChassisCollection", ""),
				Managers:       to.To("ManagerCollection", ""),
				Tasks:          to.To("TaskService", ""),
				SessionService: to.To("SessionService", ""),
				AccountService: to.To("AccountService", ""),
				EventService:   to.To("EventService", ""),
				UpdateService:  to.To("UpdateService", ""),
				Telemetry:      to.To("TelemetryService", ""),
				Registries:     to.To("MessageRegistryFileCollection", ""),
				JSONSchemas:    to.To("JsonSchemaFileCollection", ""),
				Certificates:   to.To("CertificateService", ""),
				Links:          rootLinks{Sessions: to.To("SessionCollection", "")},
			}
		},
		Oem: func(to redfish.Links, _ ServiceInfo) any {
			return rootOem{"#HawkFishServiceRoot.v1_0_0.HawkFishServiceRoot", to.To("HawkFish", "")}
		},
	})}
}
