package api

import (
	"context"
	"encoding/json"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// projectView is a project as callers see it.
type projectView struct {
	ID          string            `json:"Id"`
	Name        string            `json:"Name"`
	Description string            `json:"Description"`
	Labels      map[string]string `json:"Labels"`
	Quotas      quotas            `json:"Quotas"`
	Members     *redfish.Link     `json:"Members"`
	Usage       *redfish.Link     `json:"Usage"`
}

// quotas are the limits of a project; what is absent has none.
type quotas struct {
	VCPUs     *int64 `json:"VCPUs,omitempty" validate:"min=0"`
	MemoryGiB *int64 `json:"MemoryGiB,omitempty" validate:"min=0"`
	DiskGiB   *int64 `json:"DiskGiB,omitempty" validate:"min=0"`
	Systems   *int64 `json:"Systems,omitempty" validate:"min=0"`
	Volumes   *int64 `json:"Volumes,omitempty" validate:"min=0"`
	Snapshots *int64 `json:"Snapshots,omitempty" validate:"min=0"`
}

// each calls f with every kind and its limit.
func (q *quotas) each(f func(kind hawkfish.QuotaKind, limit **int64)) {
	f(hawkfish.QuotaVCPUs, &q.VCPUs)
	f(hawkfish.QuotaMemoryGiB, &q.MemoryGiB)
	f(hawkfish.QuotaDiskGiB, &q.DiskGiB)
	f(hawkfish.QuotaSystems, &q.Systems)
	f(hawkfish.QuotaVolumes, &q.Volumes)
	f(hawkfish.QuotaSnapshots, &q.Snapshots)
}

func (q quotas) noun() hawkfish.Quotas {
	all := hawkfish.Quotas{}
	q.each(func(kind hawkfish.QuotaKind, limit **int64) {
		if *limit != nil {
			all[kind] = **limit
		}
	})
	return all
}

func quotasOf(all hawkfish.Quotas) (q quotas) {
	q.each(func(kind hawkfish.QuotaKind, limit **int64) {
		if value, ok := all[kind]; ok {
			*limit = &value
		}
	})
	return q
}

// newProject is what it takes to create a project.
type newProject struct {
	Name        string          `json:"Name" validate:"required,min=1,max=63"`
	Description string          `json:"Description" validate:"max=1024"`
	Labels      json.RawMessage `json:"Labels"`
	Quotas      quotas          `json:"Quotas"`
}

// projectPatch holds the writable properties of a project. Its quotas are set by an action, which its admins may not do.
type projectPatch struct {
	Name        *string         `json:"Name" validate:"min=1,max=63"`
	Description *string         `json:"Description" validate:"max=1024" null:"clears"`
	Labels      json.RawMessage `json:"Labels"`
}

// usageView says how much a project has.
type usageView struct {
	ID     string             `json:"Id"`
	Name   string             `json:"Name"`
	Used   map[string]float64 `json:"Used"`
	Quotas quotas             `json:"Quotas"`
}

// usageState is a project and what it has.
type usageState struct {
	hawkfish.Project
	used hawkfish.Usage
}

const projectPath = "/redfish/v1/Oem/HawkFish/Projects/{id}"

func projects(c *control.Control) []redfish.Resource {
	return append([]redfish.Resource{projectCollection(c), project(c), usage(c)}, members(c)...)
}

func projectCollection(c *control.Control) redfish.Resource {
	return redfish.Collection(redfish.CollectionSpec{
		Type:  "#HawkFishProjectCollection.HawkFishProjectCollection",
		Name:  "ProjectCollection",
		Title: "Projects",
		Path:  "/redfish/v1/Oem/HawkFish/Projects",
		Like:  "ProjectCollection",
		Of:    "Project",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			all, err := c.ListProjects(ctx, req.Scope())
			return redfish.Keys(redfish.Slice(all, page), projectKey), len(all), err
		},
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newProject) (redfish.Result, error) {
			labels, err := labelsOf(p.Labels)
			if err != nil {
				return redfish.Result{}, err
			}
			made, err := c.AddProject(ctx, asked(req), hawkfish.Project{Name: p.Name, Description: p.Description, Labels: labels, Quotas: p.Quotas.noun()})
			return redfish.Created("Project", made), err
		}),
	})
}

func project(c *control.Control) redfish.Resource {
	setQuotas := redfish.Do("Oem/HawkFishProject.SetQuotas", func(ctx context.Context, req *redfish.Request, p hawkfish.Project, q quotas) (redfish.Result, error) {
		after, err := c.SetQuotas(ctx, asked(req), p, q.noun())
		return redfish.Found("Project", after), err
	})
	return redfish.Define(redfish.Spec[projectView, hawkfish.Project]{
		Type:     "#HawkFishProject.v1_0_0.HawkFishProject",
		Name:     "Project",
		Path:     projectPath,
		Like:     "Project",
		Load:     findProject(c),
		Key:      projectKey,
		Project:  projectKey,
		Revision: func(p hawkfish.Project) int64 { return p.Revision },
		Show:     showProject,
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, p hawkfish.Project, patch projectPatch) (hawkfish.Project, error) {
			labels, err := labelsOf(patch.Labels)
			if err != nil {
				return p, err
			}
			return c.ChangeProject(ctx, asked(req), p, req.Expects(p.Revision), hawkfish.ProjectUpdate{
				Name: patch.Name, Description: patch.Description, Labels: labels,
			})
		}),
		Delete: func(ctx context.Context, req *redfish.Request, p hawkfish.Project) (redfish.Result, error) {
			return redfish.Done(), c.RemoveProject(ctx, asked(req), p, req.Expects(p.Revision))
		},
		Actions: []redfish.ActionOf[hawkfish.Project]{setQuotas},
	})
}

func usage(c *control.Control) redfish.Resource {
	find := findProject(c)
	return redfish.Define(redfish.Spec[usageView, usageState]{
		Type: "#HawkFishProjectUsage.v1_0_0.HawkFishProjectUsage",
		Name: "ProjectUsage",
		Path: projectPath + "/Usage",
		Like: "Project",
		Load: func(ctx context.Context, req *redfish.Request) (usageState, error) {
			p, err := find(ctx, req)
			if err != nil {
				return usageState{}, err
			}
			used, err := c.UsageOf(ctx, p.ID)
			return usageState{p, used}, err
		},
		Key:     func(s usageState) string { return s.ID },
		Project: func(s usageState) string { return s.ID },
		Show: func(_ redfish.Links, s usageState) usageView {
			v := usageView{ID: "Usage", Name: "Usage of " + s.Name, Used: map[string]float64{}, Quotas: quotasOf(s.Quotas)}
			for _, kind := range hawkfish.QuotaKinds {
				v.Used[string(kind)] = s.used[kind]
			}
			return v
		},
	})
}

func findProject(c *control.Control) func(context.Context, *redfish.Request) (hawkfish.Project, error) {
	return func(ctx context.Context, req *redfish.Request) (hawkfish.Project, error) {
		return c.FindProject(ctx, req.Scope(), req.Var("id"))
	}
}

func projectKey(p hawkfish.Project) string { return p.ID }

func showProject(to redfish.Links, p hawkfish.Project) projectView {
	v := projectView{
		ID: p.ID, Name: p.Name, Description: p.Description, Labels: p.Labels, Quotas: quotasOf(p.Quotas),
		Members: to.To("MemberCollection", p.ID), Usage: to.To("ProjectUsage", p.ID),
	}
	if v.Labels == nil {
		v.Labels = map[string]string{}
	}
	return v
}

// maxLabels bounds what callers can store with something.
const maxLabels = 64

// labelsOf reads labels, which may have any names. nil: none were sent.
func labelsOf(raw json.RawMessage) (map[string]string, error) {
	if raw == nil {
		return nil, nil
	}
	labels := map[string]string{}
	if json.Unmarshal(raw, &labels) != nil {
		return nil, hawkfish.Refused("/Labels", string(raw), "labels are an object of strings")
	}
	if len(labels) > maxLabels {
		return nil, hawkfish.Refused("/Labels", "", "at most 64 labels are kept")
	}
	for name, value := range labels {
		if name == "" || len(name) > 63 || len(value) > 255 {
			return nil, hawkfish.Refused("/Labels/"+name, value, "a name has 1 to 63 bytes, a value at most 255")
		}
	}
	return labels, nil
}
