package control

import (
	"encoding/json"
	"errors"

	"github.com/projectbeskar/hawkfish"
)

// seedAt is where requests bring it.
const seedAt = "/Oem/HawkFish/CloudInit"

// maxSeed is how much cloud-init may be given in all, in bytes. It travels with every start of the guest.
const maxSeed = 128 << 10

// SealSeed seals what cloud-init is to find, which may hold secrets, for the system's host. nil: there is to be nothing.
func (c *Control) SealSeed(systemID string, seed hawkfish.Seed) (*hawkfish.Sealed, error) {
	if seed == (hawkfish.Seed{}) {
		return nil, nil
	}
	if len(seed.UserData)+len(seed.MetaData)+len(seed.NetworkConfig) > maxSeed {
		return nil, hawkfish.Refused(seedAt, "", "cloud-init is given at most 128 KiB")
	}
	text, err := json.Marshal(seed)
	if err != nil {
		return nil, err
	}
	sealed, err := c.Seal(string(text), hawkfish.SeedLabel(systemID))
	if fault, ok := errors.AsType[*hawkfish.Error](err); ok {
		here := *fault
		here.Property = seedAt
		return nil, &here
	}
	if err != nil {
		return nil, err
	}
	return &sealed, nil
}
