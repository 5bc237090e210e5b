package api

import (
	"context"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// scanState is a host, and what would become of its domains. A host that is silent has none to show.
type scanState struct {
	hostState
	plan control.AdoptionPlan
}

// scanView is what a host has that is not HawkFish's, and what adopting it would do: a dry run.
type scanView struct {
	ID      string `json:"Id"`
	Name    string `json:"Name"`
	Status  status `json:"Status"`
	Project string `json:"Project"` // Id of the one that the systems would belong to
	// QuotaExceeded says which quota of the project does not allow all that can be adopted; empty: none.
	QuotaExceeded string        `json:"QuotaExceeded,omitempty"`
	Domains       []foreignView `json:"Domains"`
	Host          *redfish.Link `json:"Host,omitempty"`
}

// foreignView is a domain, and the system that it would be.
type foreignView struct {
	UUID       string                         `json:"UUID"`
	DomainName string                         `json:"DomainName"`
	SystemName string                         `json:"SystemName"`
	Adoptable  bool                           `json:"Adoptable"`
	Obstacles  []string                       `json:"Obstacles"` // why not, all of them
	PowerState schemas.PowerState             `json:"PowerState"`
	Autostart  bool                           `json:"Autostart"`
	CPUs       int                            `json:"CPUs"`
	MemoryMiB  int64                          `json:"MemoryMiB"`
	DiskGiB    int64                          `json:"DiskGiB"` // of all disks whose size is known
	Firmware   schemas.BootSourceOverrideMode `json:"Firmware"`
	SecureBoot bool                           `json:"SecureBoot"`
	TPM        bool                           `json:"TPM"`
	Network    string                         `json:"Network"`
	MAC        string                         `json:"MAC"`
	BootOrder  []string                       `json:"BootOrder"`
	Kept       []string                       `json:"KeptProperties"` // that cannot be changed of the system
	Disks      []foreignDiskView              `json:"Disks"`
	Interfaces []foreignInterfaceView         `json:"Interfaces"`
	// Metadata is what is added to the domain's metadata; nothing else of it is changed.
	Metadata string `json:"Metadata"`
}

type foreignDiskView struct {
	Target        string `json:"Target"`
	Bus           string `json:"Bus"`
	Device        string `json:"Device"`
	Source        string `json:"Source"`
	CapacityBytes int64  `json:"CapacityBytes"`
}

type foreignInterfaceView struct {
	MAC    string `json:"MAC"`
	Model  string `json:"Model"`
	Kind   string `json:"Kind"`
	Source string `json:"Source"`
}

func scans(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  "#HawkFishImportScanCollection.HawkFishImportScanCollection",
		Name:  "ImportScanCollection",
		Title: "Scans",
		Path:  importPath + "/Scans",
		Like:  "ImportScanCollection",
		Of:    "ImportScan",
		List: func(ctx context.Context, _ *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			all, err := c.ListHosts(ctx)
			return redfish.Keys(redfish.Slice(all, page), func(h hawkfish.Host) string { return h.ID }), len(all), err
		},
	})
	adopt := redfish.Do("Adopt", func(ctx context.Context, req *redfish.Request, s scanState, p adoptRequest) (redfish.Result, error) {
		wish := control.AdoptionRequest{Project: p.Project}
		for _, d := range p.Domains {
			wish.Domains = append(wish.Domains, control.AdoptionWish(d))
		}
		if !p.DryRun {
			return accepted(c.Adopt(ctx, asked(req), s.Host, wish))
		}
		plan, err := c.PlanAdoption(ctx, asked(req), s.Host, wish)
		return redfish.Found("ImportScan", scanState{s.hostState, plan}), err
	})
	scan := redfish.Define(redfish.Spec[scanView, scanState]{
		Type: "#HawkFishImportScan.v1_0_0.HawkFishImportScan",
		Name: "ImportScan",
		Path: importPath + "/Scans/{id}",
		Like: "ImportScan",
		Slow: true,
		Load: func(ctx context.Context, req *redfish.Request) (scanState, error) {
			h, err := c.FindHost(ctx, req.Var("id"))
			s := scanState{hostState: hostAsSeen(h)}
			if err != nil || s.silent || req.Method == "POST" { // the action looks for itself
				return s, err
			}
			s.plan, err = c.PlanAdoption(ctx, asked(req), h, control.AdoptionRequest{})
			return s, err
		},
		Key:     func(s scanState) string { return s.ID },
		Show:    showScan,
		Actions: []redfish.ActionOf[scanState]{adopt},
	})
	return []redfish.Resource{collection, scan}
}

func showScan(to redfish.Links, s scanState) scanView {
	v := scanView{
		ID: s.ID, Name: "What is on " + s.ID + " and is not HawkFish's", Status: hostStatus[s.shown()], Project: s.plan.Project.ID,
		Domains: []foreignView{}, Host: to.To("Host", s.ID),
	}
	if s.plan.Refusal != nil {
		v.QuotaExceeded = s.plan.Refusal.Property[1:]
	}
	for _, d := range s.plan.Domains {
		v.Domains = append(v.Domains, showForeign(d))
	}
	return v
}

func showForeign(d control.Candidate) foreignView {
	m := d.System.Machine
	v := foreignView{
		UUID: d.ID, DomainName: d.Name, SystemName: d.System.Name, Adoptable: len(d.Obstacles) == 0, Obstacles: list(d.Obstacles),
		PowerState: d.Power, Autostart: d.Autostart, CPUs: d.System.CPUs, MemoryMiB: d.System.MemoryMiB, DiskGiB: d.System.DiskGiB,
		Firmware: m.Mode(), SecureBoot: m.SecureBoot, TPM: m.TPM, Network: d.System.Network, MAC: d.System.MAC, BootOrder: list(m.Boot.Order),
		Kept: list(m.Adopted.Fixed), Disks: []foreignDiskView{}, Interfaces: []foreignInterfaceView{}, Metadata: d.Mark,
	}
	for _, disk := range d.Disks {
		v.Disks = append(v.Disks, foreignDiskView{disk.Target, disk.Bus, disk.Device, disk.Source, disk.Bytes})
	}
	for _, nic := range d.Interfaces {
		v.Interfaces = append(v.Interfaces, foreignInterfaceView(nic))
	}
	return v
}

// timeOf is a time as Redfish writes it.
func timeOf(t time.Time) string { return t.UTC().Format(time.RFC3339) }
