package control

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/workflows/images"
)

// ImportRequest asks for a new image.
type ImportRequest struct {
	Name, Version string
	URL           string // http, https or file
	SHA256        string // hex; empty: the import computes it
	Format        hawkfish.ImageFormat
	Project       string
}

var (
	imageName    = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$`)
	sha256Digest = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// ImportImage stores an image and opens the task that imports it.
func (c *Control) ImportImage(ctx context.Context, asked Asked, req ImportRequest) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	var faults []error
	refuse := func(property, value, why string) { faults = append(faults, hawkfish.Refused(property, value, why)) }
	img := hawkfish.Image{
		ID: uuid.NewString(), Name: req.Name, Version: req.Version, URL: req.URL, SHA256: strings.ToLower(req.SHA256),
		Format: req.Format, Phase: hawkfish.ImageImporting,
	}
	setDefault(&img.Format, hawkfish.FormatQCOW2)
	const charset = "it must be letters, digits, dots, hyphens and underscores, at most 128, the first a letter or a digit"
	if !imageName.MatchString(img.Name) {
		refuse("/Name", img.Name, charset)
	}
	if !imageName.MatchString(img.Version) {
		refuse("/Version", img.Version, charset)
	}
	if img.SHA256 != "" && !sha256Digest.MatchString(img.SHA256) {
		refuse("/SHA256", req.SHA256, "it must be 64 hexadecimal digits")
	}
	if err := c.CheckURL(img.URL); err != nil {
		faults = append(faults, err)
	}
	project, err := c.projectFor(ctx, asked, req.Project)
	if err := errors.Join(append(faults, err)...); err != nil {
		return hawkfish.Task{}, err
	}
	img.ProjectID = project.ID
	t, err := newTask(asked, img.ProjectID, hawkfish.OpImportImage, imageTarget(img), hawkfish.ImageSource{URL: img.URL, SHA256: img.SHA256, Format: img.Format})
	if err != nil {
		return hawkfish.Task{}, err
	}
	return c.opened(c.CreateImage(ctx, img, t))
}

// DeleteImage opens a task that removes an image. Conflict while a system uses it. An import that is under way is
// cancelled: what it would bring, nobody wants.
func (c *Control) DeleteImage(ctx context.Context, asked Asked, img hawkfish.Image) (hawkfish.Task, error) {
	if err := c.accepting(ctx); err != nil {
		return hawkfish.Task{}, err
	}
	file, err := c.unshared(ctx, img)
	if err != nil {
		return hawkfish.Task{}, err
	}
	t, err := newTask(asked, img.ProjectID, hawkfish.OpDeleteImage, imageTarget(img), images.Removal{SHA256: file})
	if err != nil {
		return hawkfish.Task{}, err
	}
	t, err = c.opened(c.Store.DeleteImage(ctx, t))
	if err == nil {
		c.pushAside(ctx, asked, t, func(holding hawkfish.Task) bool { return holding.Operation == hawkfish.OpImportImage })
	}
	return t, err
}

// unshared returns the digest of an image's file, or nothing while another image is the same file.
func (c *Control) unshared(ctx context.Context, img hawkfish.Image) (string, error) {
	all, _, err := c.ListImages(ctx, hawkfish.Scope{All: true}, hawkfish.Page{})
	shared := slices.ContainsFunc(all, func(other hawkfish.Image) bool {
		return other.ID != img.ID && other.SHA256 == img.SHA256 && other.Phase != hawkfish.ImageDeleting
	})
	if err != nil || shared {
		return "", err
	}
	return img.SHA256, nil
}
