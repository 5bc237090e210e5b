package api

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// stock is a system and what it has: as its host has told, and until then as it is planned.
type stock struct {
	hawkfish.System
	has hawkfish.Inventory
}

// revision grows with the system's and the inventory's: power shows in both.
func (s stock) revision() int64 { return s.Revision + s.has.Revision }

func findStock(c *control.Control) func(context.Context, *redfish.Request) (stock, error) {
	find := findSystem(c)
	return func(ctx context.Context, req *redfish.Request) (stock, error) {
		s, err := find(ctx, req)
		if err != nil {
			return stock{}, err
		}
		has, err := c.FindInventory(ctx, s.ID)
		if has.Revision == 0 {
			has = hawkfish.Planned(s)
		}
		return stock{s, has.Expecting(s)}, err
	}
}

// part is one of the things that a system has.
type part[P any] struct {
	stock
	it P
}

// parts declares things that systems have: the resource, and the collection of it.
type parts[V, P any] struct {
	Type, Collection, Title string
	Path                    string   // of the collection
	Vars                    []string // of the path below the system, the thing's own last
	List                    func(stock) []P
	// Key returns the values of Vars, joined by "/".
	Key        func(P) string
	Show       func(to redfish.Links, s stock, it P) V
	ApplyTimes []schemas.OperationApplyTime // of the collection
	// Within lists the keys of what holds the collections, when that is not the system itself.
	Within func(stock) []string
	// Create and Delete change what the system is to have; none: nobody may.
	Create redfish.Create
	Delete func(context.Context, *redfish.Request, part[P]) (redfish.Result, error)
}

func (p parts[V, P]) resources(c *control.Control) []redfish.Resource {
	find := findStock(c)
	entity, _, _ := strings.Cut(strings.TrimPrefix(p.Type, "#"), ".")
	key := func(req *redfish.Request, vars []string) string {
		values := make([]string, len(vars))
		for n, name := range vars {
			values[n] = req.Var(name)
		}
		return strings.Join(values, "/")
	}
	last := len(p.Vars) - 1
	collection := redfish.Collection(redfish.CollectionSpec{
		Type: p.Collection, Title: p.Title, Path: p.Path, Of: entity, ApplyTimes: p.ApplyTimes,
		Create: p.Create, InProject: true,
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			s, err := find(ctx, req)
			if err != nil {
				return nil, 0, err
			}
			within := ""
			if p.Within != nil {
				within = key(req, p.Vars[:last])
				if !slices.Contains(p.Within(s), within) {
					return nil, 0, hawkfish.Missing(entity, within)
				}
				within += "/"
			}
			var keys []string
			for _, it := range p.List(s) {
				if k := p.Key(it); strings.HasPrefix(k, within) {
					keys = append(keys, s.ID+"/"+k)
				}
			}
			return redfish.Slice(keys, page), len(keys), nil
		},
	})
	one := redfish.Define(redfish.Spec[V, part[P]]{
		Type: p.Type, Path: p.Path + "/{" + p.Vars[last] + "}",
		Load: func(ctx context.Context, req *redfish.Request) (part[P], error) {
			s, err := find(ctx, req)
			if err != nil {
				return part[P]{}, err
			}
			wanted := key(req, p.Vars)
			for _, it := range p.List(s) {
				if p.Key(it) == wanted {
					return part[P]{s, it}, nil
				}
			}
			return part[P]{}, hawkfish.Missing(entity, wanted)
		},
		Key:      func(s part[P]) string { return s.ID + "/" + p.Key(s.it) },
		Project:  func(s part[P]) string { return s.ProjectID },
		Revision: func(s part[P]) int64 { return s.revision() },
		Show:     func(to redfish.Links, s part[P]) V { return p.Show(to, s.stock, s.it) },
		Delete:   p.Delete,
	})
	return []redfish.Resource{collection, one}
}

func inventories(c *control.Control) []redfish.Resource {
	return slices.Concat(
		processors(c), memory(c), ethernetInterfaces(c), networkInterfaces(c),
		storage(c), simpleStorage(c), pcieDevices(c),
	)
}

// systemParts are the properties of a ComputerSystem that lead to what it has.
type systemParts struct {
	SerialNumber       string         `json:"SerialNumber"`
	BiosVersion        string         `json:"BiosVersion,omitempty"`
	HostName           string         `json:"HostName,omitempty"`
	Processors         *redfish.Link  `json:"Processors"`
	Memory             *redfish.Link  `json:"Memory"`
	EthernetInterfaces *redfish.Link  `json:"EthernetInterfaces"`
	NetworkInterfaces  *redfish.Link  `json:"NetworkInterfaces"`
	Storage            *redfish.Link  `json:"Storage"`
	SimpleStorage      *redfish.Link  `json:"SimpleStorage"`
	PCIeDevices        []redfish.Link `json:"PCIeDevices"`
	PCIeDevicesCount   int            `json:"PCIeDevices@odata.count"`
}

// showParts says what is known of what a system has without looking it up.
func (v *systemView) showParts(to redfish.Links, s hawkfish.System) {
	v.Processors.Count, v.Processors.Model = max(1, s.Guest.Sockets), s.Guest.CPUModel
	v.systemParts = systemParts{
		SerialNumber: s.ID, BiosVersion: s.Guest.Firmware, HostName: cmp.Or(s.Guest.HostName, s.Machine.HostName),
		Processors: to.To("ProcessorCollection", s.ID), Memory: to.To("MemoryCollection", s.ID),
		EthernetInterfaces: to.To("EthernetInterfaceCollection", s.ID), NetworkInterfaces: to.To("NetworkInterfaceCollection", s.ID),
		Storage: to.To("StorageCollection", s.ID), SimpleStorage: to.To("SimpleStorageCollection", s.ID),
		PCIeDevices: []redfish.Link{}, PCIeDevicesCount: len(s.Guest.PCI),
	}
	for _, address := range s.Guest.PCI {
		v.PCIeDevices = append(v.PCIeDevices, *to.To("PCIeDevice", s.ID+"/"+address))
	}
}

// partLinks is the Links property of what is in a system's chassis.
type partLinks struct {
	Chassis *redfish.Link `json:"Chassis,omitempty"`
}

// slotView is where in its system something is (DSP0268, Resource.Location).
type slotView struct {
	PartLocation struct {
		ServiceLabel string               `json:"ServiceLabel"`
		LocationType schemas.LocationType `json:"LocationType"`
	} `json:"PartLocation"`
}

func slot(label string) (v slotView) {
	v.PartLocation.ServiceLabel, v.PartLocation.LocationType = label, schemas.LocationTypeSlot
	return v
}
