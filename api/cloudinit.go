package api

import (
	"regexp"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/control"
)

// cloudInit is what cloud-init finds on a disk of its own when the guest boots. It can be written, and is shown to nobody. What
// is left out is left out there; without MetaData the guest learns the system's UUID and host name.
type cloudInit struct {
	UserData      string `json:"UserData" validate:"max=131072" secret:"true"`
	MetaData      string `json:"MetaData" validate:"max=131072" secret:"true"`
	NetworkConfig string `json:"NetworkConfig" validate:"max=131072" secret:"true"`
}

// cloudInitView says only that there is something.
type cloudInitView struct {
	Present bool `json:"Present"`
}

func (p cloudInit) noun() hawkfish.Seed {
	return hawkfish.Seed{UserData: p.UserData, MetaData: p.MetaData, NetworkConfig: p.NetworkConfig}
}

// seedOf seals what a request brings; nil: nothing is spoken of. The outcome may be nothing, too: then there is to be nothing.
func seedOf(c *control.Control, systemID string, p *cloudInit) (sealed **hawkfish.Sealed, err error) {
	if p == nil {
		return nil, nil
	}
	seed, err := c.SealSeed(systemID, p.noun())
	return &seed, err
}

// hostName is a name without a domain (RFC 1123).
var hostName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`)

func checkHostName(name *string) error {
	if name == nil || *name == "" || hostName.MatchString(*name) {
		return nil
	}
	return hawkfish.Refused("/HostName", *name, "it must be a host name of letters, digits and inner hyphens, without a domain")
}
