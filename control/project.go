package control

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

var (
	projectName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_. -]{0,61}[a-zA-Z0-9])?$`)
	errOverall  = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Project", Message: "only who sees every project may do this"}
)

// AddProject makes a project.
func (c *Control) AddProject(ctx context.Context, asked Asked, p hawkfish.Project) (hawkfish.Project, error) {
	if !asked.By.Scope.All {
		return p, errOverall
	}
	if err := errors.Join(checkProjectName(p.Name), checkQuotas(p.Quotas)); err != nil {
		return p, err
	}
	p.ID = uuid.NewString()
	return c.CreateProject(ctx, p)
}

// ChangeProject changes what a project is called and said to be. The default project keeps its name.
func (c *Control) ChangeProject(ctx context.Context, asked Asked, p hawkfish.Project, revision int64, upd hawkfish.ProjectUpdate) (hawkfish.Project, error) {
	if upd.Name != nil && *upd.Name != p.Name {
		if err := checkProjectName(*upd.Name); err != nil {
			return p, err
		}
		if p.Name == hawkfish.DefaultProject {
			return p, hawkfish.Refused("/Name", *upd.Name, "the default project keeps its name")
		}
	}
	return c.UpdateProject(ctx, asked.By.Scope, p.ID, revision, upd)
}

// SetQuotas replaces a project's limits. Its own admins cannot.
func (c *Control) SetQuotas(ctx context.Context, asked Asked, p hawkfish.Project, quotas hawkfish.Quotas) (hawkfish.Project, error) {
	if !asked.By.Scope.All {
		return p, errOverall
	}
	if err := checkQuotas(quotas); err != nil {
		return p, err
	}
	return c.UpdateProject(ctx, asked.By.Scope, p.ID, 0, hawkfish.ProjectUpdate{Quotas: &quotas})
}

// RemoveProject removes a project. Conflict while it owns something, and for the default project.
func (c *Control) RemoveProject(ctx context.Context, asked Asked, p hawkfish.Project, revision int64) error {
	switch {
	case !asked.By.Scope.All:
		return errOverall
	case p.Name == hawkfish.DefaultProject:
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: "Project", ID: p.ID, Message: "every fleet has a default project"}
	}
	return c.DeleteProject(ctx, asked.By.Scope, p.ID, revision)
}

// JoinProject makes the account of a name or an ID a member.
func (c *Control) JoinProject(ctx context.Context, p hawkfish.Project, user string, role hawkfish.ProjectRole) (hawkfish.Member, error) {
	account, err := c.FindAccountByName(ctx, user)
	if err != nil && hawkfish.KindOf(err) == hawkfish.NotFound {
		account, err = c.FindAccount(ctx, user)
	}
	if err != nil {
		if hawkfish.KindOf(err) == hawkfish.NotFound {
			err = hawkfish.Refused("/User", user, "there is no such account")
		}
		return hawkfish.Member{}, err
	}
	return c.AddMember(ctx, hawkfish.Member{ProjectID: p.ID, AccountID: account.ID, UserName: account.UserName, Role: role})
}

func checkProjectName(name string) error {
	if projectName.MatchString(name) {
		return nil
	}
	return hawkfish.Refused("/Name", name, "it must be letters, digits and inner spaces, dots, hyphens and underscores, at most 63")
}

func checkQuotas(quotas hawkfish.Quotas) error {
	var faults []error
	for kind, limit := range quotas {
		if !slices.Contains(hawkfish.QuotaKinds, kind) || limit < 0 {
			faults = append(faults, hawkfish.Refused("/Quotas/"+string(kind), strconv.FormatInt(limit, 10), "a quota is 0 or more"))
		}
	}
	return errors.Join(faults...)
}
