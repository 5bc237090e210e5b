package api

import (
	"strconv"

	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// processorView is a socket with a CPU (DSP0268, Processor).
type processorView struct {
	ID             string                        `json:"Id"`
	Name           string                        `json:"Name"`
	ProcessorType  schemas.ProcessorType         `json:"ProcessorType"`
	Architecture   schemas.ProcessorArchitecture `json:"ProcessorArchitecture"`
	InstructionSet schemas.InstructionSet        `json:"InstructionSet"`
	Manufacturer   string                        `json:"Manufacturer"`
	Model          string                        `json:"Model,omitempty"`
	Socket         string                        `json:"Socket"`
	TotalCores     int                           `json:"TotalCores"`
	EnabledCores   int                           `json:"TotalEnabledCores"`
	TotalThreads   int                           `json:"TotalThreads"`
	Status         status                        `json:"Status"`
	Links          partLinks                     `json:"Links"`
}

// architecture is what Redfish calls what libvirt and Linux call "x86_64".
type architecture struct {
	family schemas.ProcessorArchitecture
	set    schemas.InstructionSet
}

var architectures = map[string]architecture{
	"i686":    {schemas.ProcessorArchitectureX86, schemas.InstructionSetX86},
	"x86_64":  {schemas.ProcessorArchitectureX86, schemas.InstructionSetX86_64},
	"aarch64": {schemas.ProcessorArchitectureARM, schemas.InstructionSetARMA64},
	"riscv64": {schemas.ProcessorArchitectureOEM, schemas.InstructionSetRV64},
	"ppc64le": {schemas.ProcessorArchitecturePower, schemas.InstructionSetPowerISA},
}

// emulator is the maker of what guests find in their SMBIOS tables as CPUs and memory modules.
const emulator = "QEMU"

func processors(c *control.Control) []redfish.Resource {
	return parts[processorView, int]{
		Type: schemas.TypeProcessor, Collection: schemas.TypeProcessorCollection, Title: "Processors",
		Path: "/redfish/v1/Systems/{id}/Processors", Vars: []string{"processor"},
		// Sockets that hold no CPU yet are left out.
		List: func(s stock) (sockets []int) {
			for n := range s.has.Processors.Sockets {
				if cores, _ := s.has.Processors.Socket(n); cores > 0 {
					sockets = append(sockets, n)
				}
			}
			return sockets
		},
		Key:  func(n int) string { return "CPU" + strconv.Itoa(n) },
		Show: showProcessor,
	}.resources(c)
}

func showProcessor(to redfish.Links, s stock, n int) processorView {
	at := "CPU " + strconv.Itoa(n) // as SMBIOS has it
	cores, threads := s.has.Processors.Socket(n)
	arch := architectures[s.has.Processors.Arch]
	return processorView{
		ID: "CPU" + strconv.Itoa(n), Name: at, Socket: at, ProcessorType: schemas.ProcessorTypeCPU,
		Architecture: arch.family, InstructionSet: arch.set, Manufacturer: emulator, Model: s.has.Guest.CPUModel,
		TotalCores: cores, EnabledCores: cores, TotalThreads: threads, Status: working, Links: partLinks{to.To("Chassis", s.ID)},
	}
}
