package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// networkProtocolView is the ManagerNetworkProtocol (DSP0268) of the service.
type networkProtocolView struct {
	ID       string       `json:"Id"`
	Name     string       `json:"Name"`
	HostName string       `json:"HostName"`
	FQDN     string       `json:"FQDN"`
	Status   status       `json:"Status"`
	HTTP     protocolView `json:"HTTP"`
	HTTPS    httpsView    `json:"HTTPS"`
	SSDP     protocolView `json:"SSDP"`
	NTP      ntpView      `json:"NTP"`
}

type protocolView struct {
	Enabled bool `json:"ProtocolEnabled"`
	Port    int  `json:"Port"`
}

type httpsView struct {
	protocolView
	Certificates *redfish.Link `json:"Certificates,omitempty"`
}

// ntpView is never enabled: the service does not set its machine's clock. The servers are kept for the guests.
type ntpView struct {
	Enabled bool     `json:"ProtocolEnabled"`
	Port    int      `json:"Port"`
	Servers []string `json:"NTPServers"`
}

// networkProtocolPatch holds the writable properties.
type networkProtocolPatch struct {
	NTP  *ntpPatch  `json:"NTP"`
	SSDP *ssdpPatch `json:"SSDP"`
}

type ssdpPatch struct {
	Enabled *bool `json:"ProtocolEnabled"`
}

type ntpPatch struct {
	// Servers: null removes a server, an empty object leaves it as it is (DSP0266, "PATCH (update)").
	Servers []json.RawMessage `json:"NTPServers" validate:"max=64"`
}

const (
	portSSDP = 1900
	portNTP  = 123
)

func networkProtocol(c *control.Control, info ServiceInfo) redfish.Resource {
	return redfish.Define(redfish.Spec[networkProtocolView, hawkfish.NetworkPolicy]{
		Type: schemas.TypeManagerNetworkProtocol,
		Path: "/redfish/v1/Managers/{id}/NetworkProtocol",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.NetworkPolicy, error) {
			if err := onService(req, "ManagerNetworkProtocol"); err != nil {
				return hawkfish.NetworkPolicy{}, err
			}
			settings, err := c.Settings(ctx)
			return settings.Network, err
		},
		Key:      func(hawkfish.NetworkPolicy) string { return serviceManager },
		Revision: func(p hawkfish.NetworkPolicy) int64 { return p.Revision },
		Show: func(to redfish.Links, p hawkfish.NetworkPolicy) networkProtocolView {
			plain, encrypted := protocolView{!info.TLS, info.Port}, protocolView{info.TLS, info.Port}
			v := networkProtocolView{
				ID: "NetworkProtocol", Name: "Network protocols", HostName: info.HostName, FQDN: info.HostName, Status: working,
				HTTP: plain, HTTPS: httpsView{protocolView: encrypted}, SSDP: protocolView{p.SSDP, portSSDP},
				NTP: ntpView{false, portNTP, p.NTPServers},
			}
			if info.TLS {
				v.HTTPS.Certificates = to.To("CertificateCollection", serviceManager)
			}
			return v
		},
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, p hawkfish.NetworkPolicy, patch networkProtocolPatch) (hawkfish.NetworkPolicy, error) {
			servers := p.NTPServers
			if patch.NTP != nil && patch.NTP.Servers != nil {
				var err error
				if servers, err = patched(servers, patch.NTP.Servers, "/NTP/NTPServers"); err != nil {
					return p, err
				}
			}
			return c.ChangeNetworkPolicy(ctx, req.Expects(p.Revision), func(p *hawkfish.NetworkPolicy) {
				p.NTPServers = servers
				if patch.SSDP != nil {
					set(&p.SSDP, patch.SSDP.Enabled)
				}
			})
		}),
	})
}

// onService refuses to find what only the service's own manager has below another one.
func onService(req *redfish.Request, entity string) error {
	if req.Var("id") != serviceManager {
		return hawkfish.Missing(entity, req.Var("id"))
	}
	return nil
}

// patched applies a PATCH to an array of strings (DSP0266, "PATCH (update)"): null removes an element, an empty object leaves
// it as it is, and what is beyond the new length goes.
func patched(old []string, items []json.RawMessage, pointer string) ([]string, error) {
	kept := []string{}
	for i, item := range items {
		var text string
		switch trimmed := string(item); {
		case trimmed == "null":
		case trimmed == "{}" && i < len(old):
			kept = append(kept, old[i])
		case trimmed == "{}":
		case json.Unmarshal(item, &text) == nil:
			kept = append(kept, text)
		default:
			return nil, redfish.Rejected{schemas.PropertyValueTypeError(string(item), fmt.Sprintf("%s/%d", pointer[1:], i)).At(fmt.Sprintf("%s/%d", pointer, i))}
		}
	}
	return kept, nil
}
