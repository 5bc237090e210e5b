package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/adoption"
)

// HostScanner asks a host for its domains that are not HawkFish's.
type HostScanner func(ctx context.Context, host string, in adoption.Look) ([]hawkfish.Foreign, error)

// AdoptionRequest says which domains of a host are to become systems.
type AdoptionRequest struct {
	Domains []AdoptionWish // empty: all that can be adopted
	Project string         // ID or name; empty: the default project
}

// AdoptionWish names a domain, and the system that it becomes.
type AdoptionWish struct {
	Domain string // UUID or name
	Name   string // of the system; empty: the domain's
}

// AdoptionPlan is what would become of domains, and why not.
type AdoptionPlan struct {
	HostID  string
	Project hawkfish.Project
	Domains []Candidate
	Need    hawkfish.Usage // of all that can be adopted
	// Refusal says why the project may not have them; nil: it may.
	Refusal *hawkfish.Error
}

// Candidate is a domain that might be adopted, and the system that it would be.
type Candidate struct {
	hawkfish.Foreign
	System hawkfish.System // its Obstacles are all there are
}

// AdoptionBatch is the input of OpAdoptMany: what was decided on when it was accepted.
type AdoptionBatch struct {
	hawkfish.Plan
	HostID  string     `json:"host"`
	Domains []decision `json:"domains"`
}

type decision struct {
	Name string           `json:"name"` // of the system
	Seen hawkfish.Foreign `json:"seen"`
}

const (
	// MaxAdoptions is how many domains one request adopts: what is decided on is kept with the task.
	MaxAdoptions    = 256
	adoptionsAtOnce = 4
)

// PlanAdoption looks what a host has, and what would become of it. Everything wrong with the request is in the error; what is
// wrong with a domain is in the plan, among its obstacles. Unavailable when the host does not answer within seconds.
func (c *Control) PlanAdoption(ctx context.Context, asked Asked, host hawkfish.Host, req AdoptionRequest) (AdoptionPlan, error) {
	project, err := c.projectFor(ctx, asked, req.Project)
	if err != nil {
		return AdoptionPlan{}, err
	}
	if unreachable(host) {
		return AdoptionPlan{}, hawkfish.Down("host "+host.ID, nil)
	}
	found, err := c.ScanHost(ctx, host.ID, adoption.Look{ProjectID: project.ID})
	if err != nil {
		return AdoptionPlan{}, err
	}
	p := AdoptionPlan{HostID: host.ID, Project: project, Need: hawkfish.Usage{}}
	if p.Domains, err = chosen(found, req.Domains); err != nil {
		return p, err
	}
	now := time.Now()
	for n := range p.Domains {
		d := &p.Domains[n]
		d.System = hawkfish.NewAdopted(d.Foreign, d.System.Name, project.ID, host.ID, now, asked.By.UserName)
	}
	if err := c.judge(ctx, p.Domains); err != nil {
		return p, err
	}
	for _, d := range p.adoptable() {
		for kind, amount := range d.System.Need() {
			p.Need[kind] += amount
		}
	}
	used, err := c.UsageOf(ctx, project.ID)
	if kind, limit, exceeded := project.Quotas.Exceeded(used, p.Need); err == nil && exceeded {
		p.Refusal = &hawkfish.Error{
			Kind: hawkfish.Exhausted, Resource: "Project", ID: project.ID, Property: "/" + string(kind), Value: fmt.Sprint(limit),
		}
	}
	return p, err
}

// chosen are the domains that are asked for, with the names that their systems are to have.
func chosen(found []hawkfish.Foreign, wishes []AdoptionWish) ([]Candidate, error) {
	if len(wishes) == 0 {
		all := make([]Candidate, len(found))
		for n, f := range found {
			all[n] = Candidate{Foreign: f, System: hawkfish.System{Name: f.Name}}
		}
		return all, nil
	}
	var all []Candidate
	var faults []error
	taken := map[string]bool{}
	for n, wish := range wishes {
		at := fmt.Sprintf("/Domains/%d/Domain", n)
		f, ok := named(found, wish.Domain)
		switch {
		case !ok:
			faults = append(faults, hawkfish.Refused(at, wish.Domain, "the host has no such domain that is not HawkFish's"))
		case taken[f.ID]:
			faults = append(faults, hawkfish.Refused(at, wish.Domain, "it is named twice"))
		default:
			taken[f.ID] = true
			setDefault(&wish.Name, f.Name)
			all = append(all, Candidate{Foreign: f, System: hawkfish.System{Name: wish.Name}})
		}
	}
	return all, errors.Join(faults...)
}

func named(found []hawkfish.Foreign, idOrName string) (hawkfish.Foreign, bool) {
	for _, f := range found {
		if f.ID == idOrName {
			return f, true
		}
	}
	for _, f := range found {
		if f.Name == idOrName {
			return f, true
		}
	}
	return hawkfish.Foreign{}, false
}

// judge adds to domains why the fleet cannot have them as systems.
func (c *Control) judge(ctx context.Context, all []Candidate) error {
	ids, names, macs := []string{}, []string{}, []string{}
	for _, d := range all {
		ids, names = append(ids, d.ID), append(names, d.System.Name)
		if d.System.MAC != "" {
			macs = append(macs, d.System.MAC)
		}
	}
	there, err := c.Identities(ctx, ids, names, macs)
	if err != nil {
		return err
	}
	for n := range all {
		d := &all[n]
		object := func(is bool, why string) {
			if is {
				d.Obstacles = append(d.Obstacles, why)
			}
		}
		object(!hostName.MatchString(d.System.Name), "its name is no host name; give the system another: letters, digits and inner hyphens, at most 63")
		object(d.CPUs > maxCPUs, fmt.Sprintf("it has more than %d CPUs", maxCPUs))
		for _, other := range there {
			object(other.ID == d.ID, "the system "+other.Name+" has its UUID")
			object(other.ID != d.ID && other.Name == d.System.Name, "another system has the name "+other.Name+"; give this one another")
			object(other.ID != d.ID && other.MAC != "" && other.MAC == d.System.MAC, "the system "+other.Name+" has the address "+other.MAC)
		}
		for m, other := range all {
			object(m < n && other.System.Name == d.System.Name, "another of these domains takes the name "+other.System.Name)
			object(m < n && d.System.MAC != "" && other.System.MAC == d.System.MAC, "the domain "+other.Name+" has the address "+other.System.MAC)
		}
	}
	return nil
}

func (p AdoptionPlan) adoptable() []Candidate {
	var all []Candidate
	for _, d := range p.Domains {
		if len(d.Obstacles) == 0 {
			all = append(all, d)
		}
	}
	return all
}

// Adopt opens the task that makes systems of domains, each by a subtask of its own. It is refused as a whole when one that was named cannot
// be adopted, or when the project may not have as much.
func (c *Control) Adopt(ctx context.Context, asked Asked, host hawkfish.Host, req AdoptionRequest) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	p, err := c.PlanAdoption(ctx, asked, host, req)
	if err != nil {
		return hawkfish.Task{}, err
	}
	var faults []error
	if p.Refusal != nil {
		faults = append(faults, p.Refusal)
	}
	for n, d := range p.Domains {
		for _, why := range d.Obstacles {
			if len(req.Domains) > 0 {
				faults = append(faults, hawkfish.Refused(fmt.Sprintf("/Domains/%d", n), d.Name, why))
			}
		}
	}
	all := p.adoptable()
	switch {
	case len(faults) > 0:
	case len(all) == 0:
		faults = append(faults, &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Host", ID: host.ID, Message: "it has no domain that can be adopted"})
	case len(all) > MaxAdoptions:
		faults = append(faults, hawkfish.Refused("/Domains", "", fmt.Sprintf("%d domains can be adopted; name at most %d of them", len(all), MaxAdoptions)))
	}
	if err := errors.Join(faults...); err != nil {
		return hawkfish.Task{}, err
	}
	b := AdoptionBatch{Plan: hawkfish.Plan{Parts: len(all), MaxConcurrency: adoptionsAtOnce}, HostID: host.ID}
	for _, d := range all {
		b.Domains = append(b.Domains, decision{d.System.Name, d.Foreign})
	}
	t, err := newTask(asked, p.Project.ID, hawkfish.OpAdoptMany, hawkfish.Target{Kind: hawkfish.TargetBatch, Name: host.ID}, b)
	if err != nil {
		return hawkfish.Task{}, err
	}
	t.Parts = b.Parts
	return c.opened(c.OpenBatch(ctx, t, p.Need))
}

// openAdopted opens the subtask that adopts one domain (see divided).
func (c *Control) openAdopted(ctx context.Context, parent hawkfish.Task, index int) (hawkfish.Task, error) {
	var b AdoptionBatch
	if err := json.Unmarshal(parent.Input, &b); err != nil {
		return hawkfish.Task{}, err
	}
	id, err := partOf(parent, index)
	if err != nil {
		return hawkfish.Task{}, err
	}
	d := b.Domains[index]
	s := hawkfish.NewAdopted(d.Seen, d.Name, parent.ProjectID, b.HostID, parent.CreatedAt, parent.Requester)
	t, err := newTask(askedBy(parent), s.ProjectID, hawkfish.OpAdopt, systemTarget(s), hawkfish.Adoption{HostID: b.HostID, ProjectID: s.ProjectID, Seen: d.Seen})
	if t.ID, t.ParentID = id.String(), parent.ID; err != nil {
		return t, err
	}
	made, err := c.CreateSystem(ctx, s, t)
	if err != nil {
		return t, err
	}
	return made, nil
}

// release is how an adopted system leaves the fleet: with all that it came with.
func (c *Control) release(asked Asked, s hawkfish.System) (hawkfish.Task, error) {
	for _, slot := range hawkfish.MediaSlots {
		if s.Machine.Media[slot].Medium != nil {
			return hawkfish.Task{}, &hawkfish.Error{
				Kind: hawkfish.Conflict, Resource: "ComputerSystem", ID: s.ID, Message: "a medium is inserted; eject it first, it does not belong to the domain",
			}
		}
	}
	return newTask(asked, s.ProjectID, hawkfish.OpRelease, systemTarget(s), hawkfish.Release{SystemID: s.ID})
}

// AdoptionIDs lists the IDs of adopted systems, in the order in which they were adopted.
func (c *Control) AdoptionIDs(ctx context.Context, scope hawkfish.Scope, page hawkfish.Page) ([]string, int, error) {
	yes := true
	return c.SystemIDsWith(ctx, scope, hawkfish.SystemFilter{Adopted: &yes}, page)
}

// FindAdoption finds an adopted system. NotFound for one that HawkFish has made.
func (c *Control) FindAdoption(ctx context.Context, scope hawkfish.Scope, id string) (hawkfish.System, error) {
	s, err := c.FindSystem(ctx, scope, id)
	if err != nil && hawkfish.KindOf(err) == hawkfish.NotFound || err == nil && s.Machine.Adopted == nil {
		return s, hawkfish.Missing("Adoption", id)
	}
	return s, err
}
