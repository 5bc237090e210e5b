package api

import (
	"cmp"
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
)

// memberView is an account's part in a project as callers see it.
type memberView struct {
	ID      string               `json:"Id"`
	Name    string               `json:"Name"`
	User    string               `json:"User"`
	Role    hawkfish.ProjectRole `json:"Role,omitempty"` // absent: what the account's own role says
	Account *redfish.Link        `json:"Account"`
}

// newMember is what it takes to make an account a member. Clients write the names of both in either case.
type newMember struct {
	User      string               `json:"User" validate:"min=1,max=64"` // name or ID
	Role      hawkfish.ProjectRole `json:"Role"`
	LowerUser string               `json:"user" validate:"min=1,max=64"`
	LowerRole hawkfish.ProjectRole `json:"role"`
}

// memberPatch holds the writable properties of a member.
type memberPatch struct {
	Role *hawkfish.ProjectRole `json:"Role" validate:"required"`
}

// memberState is a member and their project.
type memberState struct {
	project hawkfish.Project
	hawkfish.Member
}

func members(c *control.Control) []redfish.Resource {
	find := findProject(c)
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:  "#HawkFishMemberCollection.HawkFishMemberCollection",
		Name:  "MemberCollection",
		Title: "Members",
		Path:  projectPath + "/Members",
		Like:  "MemberCollection",
		Of:    "Member",
		List: func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
			p, err := find(ctx, req)
			if err != nil {
				return nil, 0, err
			}
			all, err := c.ListMembers(ctx, p.ID)
			return redfish.Keys(redfish.Slice(all, page), memberKey), len(all), err
		},
		InProject: true,
		Create: redfish.Creates(func(ctx context.Context, req *redfish.Request, p newMember) (redfish.Result, error) {
			in, err := find(ctx, req)
			if err == nil && !req.Permitted().Sees(in.ID) {
				err = &hawkfish.Error{Kind: hawkfish.Denied, Resource: "Project", ID: in.ID}
			}
			user, role := cmp.Or(p.User, p.LowerUser), cmp.Or(p.Role, p.LowerRole)
			if err == nil && user == "" {
				err = hawkfish.Refused("/User", "", "say who shall be a member")
			}
			if err == nil && role == "" {
				err = hawkfish.Refused("/Role", "", "say what the member may do")
			}
			if err != nil {
				return redfish.Result{}, err
			}
			m, err := c.JoinProject(ctx, in, user, role)
			return redfish.Created("Member", memberState{in, m}), err
		}),
	})
	member := redfish.Define(redfish.Spec[memberView, memberState]{
		Type: "#HawkFishMember.v1_0_0.HawkFishMember",
		Name: "Member",
		Path: projectPath + "/Members/{member}",
		Like: "Member",
		Load: func(ctx context.Context, req *redfish.Request) (memberState, error) {
			p, err := find(ctx, req)
			if err != nil {
				return memberState{}, err
			}
			m, err := c.FindMember(ctx, p.ID, req.Var("member"))
			return memberState{p, m}, err
		},
		Key:      func(s memberState) string { return memberKey(s.Member) },
		Project:  func(s memberState) string { return s.project.ID },
		Revision: func(s memberState) int64 { return s.Revision },
		Show: func(to redfish.Links, s memberState) memberView {
			return memberView{
				ID: s.AccountID, Name: s.UserName + " in " + s.project.Name, User: s.UserName, Role: s.Role,
				Account: to.To("ManagerAccount", s.AccountID),
			}
		},
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, s memberState, p memberPatch) (memberState, error) {
			s.Role = *p.Role
			after, err := c.UpdateMember(ctx, s.Member, req.Expects(s.Revision))
			return memberState{s.project, after}, err
		}),
		Delete: func(ctx context.Context, req *redfish.Request, s memberState) (redfish.Result, error) {
			return redfish.Done(), c.RemoveMember(ctx, s.ProjectID, s.AccountID, req.Expects(s.Revision))
		},
	})
	return []redfish.Resource{collection, member}
}

func memberKey(m hawkfish.Member) string { return m.ProjectID + "/" + m.AccountID }
