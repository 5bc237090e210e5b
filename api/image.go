package api

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// imageView is an image as callers see it.
type imageView struct {
	ID           string               `json:"Id"`
	Name         string               `json:"Name"`
	Version      string               `json:"Version"`
	URL          string               `json:"URL"`
	SHA256       string               `json:"SHA256,omitempty"`
	Format       hawkfish.ImageFormat `json:"Format"`
	Phase        hawkfish.ImagePhase  `json:"Phase"`
	Status       status               `json:"Status"`
	SizeBytes    int64                `json:"SizeBytes,omitempty"`        // of the file
	VirtualBytes int64                `json:"VirtualSizeBytes,omitempty"` // of the disk in it
	Project      string               `json:"Project"`
}

// newImage is what it takes to import an image.
type newImage struct {
	Name    string               `json:"Name" validate:"required,max=128"`
	Version string               `json:"Version" validate:"required,max=128"`
	URL     string               `json:"URL" validate:"required,max=2048"`
	SHA256  string               `json:"SHA256" validate:"len=64,hexadecimal"`
	Format  hawkfish.ImageFormat `json:"Format"`
	Project string               `json:"Project" validate:"max=255"`
}

// imageStatus says how an image fares in each phase of its life.
var imageStatus = map[hawkfish.ImagePhase]status{
	hawkfish.ImageImporting: {schemas.StateStarting, schemas.HealthOK},
	hawkfish.ImageReady:     {schemas.StateEnabled, schemas.HealthOK},
	hawkfish.ImageDeleting:  {schemas.StateDisabled, schemas.HealthOK},
}

func images(c *control.Control) []redfish.Resource {
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:      "#HawkFishImageCollection.HawkFishImageCollection",
		Name:      "ImageCollection",
		Title:     "Images",
		Path:      "/redfish/v1/Oem/HawkFish/Images",
		Like:      "ImageCollection",
		Of:        "Image",
		InProject: true,
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			if filter := imageFilter(req); filter != (hawkfish.ImageFilter{}) {
				return c.ImageIDsWith(ctx, req.Scope(), filter, page)
			}
			found, total, err := c.ListImages(ctx, req.Scope(), page)
			return redfish.Keys(found, imageKey), total, err
		},
		Filters: imageFilters,
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newImage) (redfish.Result, error) {
			return accepted(c.ImportImage(ctx, asked(req), control.ImportRequest(p)))
		}),
	})
	image := redfish.Define(redfish.Spec[imageView, hawkfish.Image]{
		Type: "#HawkFishImage.v1_0_0.HawkFishImage",
		Name: "Image",
		Path: "/redfish/v1/Oem/HawkFish/Images/{id}",
		Like: "Image",
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.Image, error) {
			return c.FindImage(ctx, req.Scope(), req.Var("id"))
		},
		Key:      imageKey,
		Project:  func(img hawkfish.Image) string { return img.ProjectID },
		Revision: func(img hawkfish.Image) int64 { return img.Revision },
		Show: func(_ redfish.Links, img hawkfish.Image) imageView {
			return imageView{
				ID: img.ID, Name: img.Name, Version: img.Version, URL: img.URL, SHA256: img.SHA256, Format: img.Format,
				Phase: img.Phase, Status: imageStatus[img.Phase], SizeBytes: img.SizeBytes, VirtualBytes: img.VirtualBytes,
				Project: img.ProjectID,
			}
		},
		Delete: func(ctx context.Context, req *redfish.Request, img hawkfish.Image) (redfish.Result, error) {
			return accepted(c.DeleteImage(ctx, asked(req), img))
		},
	})
	return []redfish.Resource{collection, image}
}

func imageKey(img hawkfish.Image) string { return img.ID }

// imageFilters are the properties of images that the database narrows a list by.
var imageFilters = []string{"Name", "Version", "SHA256", "Format", "Phase", "Project"}

func imageFilter(req *redfish.Request) hawkfish.ImageFilter {
	return hawkfish.ImageFilter{
		Name: req.Wants("Name"), Version: req.Wants("Version"), SHA256: req.Wants("SHA256"),
		Format: (*hawkfish.ImageFormat)(req.Wants("Format")), Phase: (*hawkfish.ImagePhase)(req.Wants("Phase")),
		ProjectID: req.Wants("Project"),
	}
}
