package api

import (
	"strconv"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// memoryView is a memory module as the guest's SMBIOS tables show it (DSP0268, Memory).
type memoryView struct {
	ID           string             `json:"Id"`
	Name         string             `json:"Name"`
	MemoryType   schemas.MemoryType `json:"MemoryType"`
	CapacityMiB  int64              `json:"CapacityMiB"`
	Location     slotView           `json:"Location"`
	Manufacturer string             `json:"Manufacturer"`
	Status       status             `json:"Status"`
	Links        partLinks          `json:"Links"`
}

// module is a memory module: its number and its size.
type module struct {
	n   int
	mib int64
}

func memory(c *control.Control) []redfish.Resource {
	return parts[memoryView, module]{
		Type: schemas.TypeMemory, Collection: schemas.TypeMemoryCollection, Title: "Memory",
		Path: "/redfish/v1/Systems/{id}/Memory", Vars: []string{"module"},
		List: func(s stock) (all []module) {
			for n, mib := range s.has.Memory.Modules() {
				all = append(all, module{n, mib})
			}
			return all
		},
		Key: func(m module) string { return "DIMM" + strconv.Itoa(m.n) },
		Show: func(to redfish.Links, s stock, m module) memoryView {
			at := "DIMM " + strconv.Itoa(m.n) // as SMBIOS has it
			return memoryView{
				ID: "DIMM" + strconv.Itoa(m.n), Name: at, Location: slot(at), MemoryType: schemas.MemoryTypeDRAM,
				CapacityMiB: m.mib, Manufacturer: emulator, Status: working, Links: partLinks{to.To("Chassis", s.ID)},
			}
		},
	}.resources(c)
}
