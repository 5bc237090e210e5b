package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// projectView is a project as callers see it.
type projectView struct {
	ID          string `json:"Id"`
	Name        string `json:"Name"`
	Description string `json:"Description"`
}

func projects(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
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
	})
	project := redfish.Define(redfish.Spec[projectView, hawkfish.Project]{
		Type: "#HawkFishProject.v1_0_0.HawkFishProject",
		Name: "Project",
		Path: "/redfish/v1/Oem/HawkFish/Projects/{id}",
		Like: "Project",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.Project, error) {
			return c.FindProject(ctx, req.Scope(), req.Var("id"))
		},
		Key:      projectKey,
		Project:  projectKey,
		Revision: func(p hawkfish.Project) int64 { return p.Revision },
		Show: func(_ redfish.Links, p hawkfish.Project) projectView {
			return projectView{ID: p.ID, Name: p.Name, Description: p.Description}
		},
	})
	return []redfish.Resource{collection, project}
}

func projectKey(p hawkfish.Project) string { return p.ID }
