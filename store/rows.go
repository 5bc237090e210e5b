package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
	"github.com/projectbeskar/hawkfish/store/db"
)

// This file turns rows into nouns.

func system(r db.System) (hawkfish.System, error) {
	s := hawkfish.System{
		ID: r.ID, Name: r.Name, ProjectID: r.ProjectID, HostID: deref(r.HostID), Phase: hawkfish.SystemPhase(r.Phase),
		CPUs: int(r.CPUs), MemoryMiB: r.MemoryMiB, DiskGiB: r.DiskGiB, ImageID: deref(r.ImageID), Network: r.Network, MAC: r.MAC,
		AssetTag: r.AssetTag, Power: schemas.PowerState(r.Power), ObservedAt: utc(r.ObservedAt), LastReset: utc(r.LastReset),
		PowerState: schemas.PowerState(r.PowerState), PowerCause: hawkfish.PowerCause(r.PowerCause), ResetCause: schemas.LastResetCauses(r.ResetCause),
		Revision: r.Revision, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	if r.ID == "" { // no row
		return s, nil
	}
	err := errors.Join(json.Unmarshal(r.Machine, &s.Machine), json.Unmarshal(r.Guest, &s.Guest), json.Unmarshal(r.Placement, &s.Placement))
	if string(r.Labels) != "{}" {
		err = errors.Join(err, json.Unmarshal(r.Labels, &s.Labels))
	}
	if err != nil || r.Running == nil {
		return s, err
	}
	return s, json.Unmarshal(r.Running, &s.Running)
}

func image(r db.Image) hawkfish.Image {
	return hawkfish.Image{
		ID: r.ID, ProjectID: r.ProjectID, Name: r.Name, Version: r.Version, URL: r.URL, SHA256: r.SHA256,
		Format: hawkfish.ImageFormat(r.Format), Phase: hawkfish.ImagePhase(r.Phase), SizeBytes: r.SizeBytes, VirtualBytes: r.VirtualBytes,
		Revision: r.Revision, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

func task(r db.Task) (hawkfish.Task, error) {
	t := hawkfish.Task{
		ID: r.ID, ParentID: deref(r.ParentID), Parts: int(r.Parts), ProjectID: r.ProjectID, Operation: hawkfish.Operation(r.Operation),
		Target:    hawkfish.Target{Kind: hawkfish.TargetKind(r.TargetKind), ID: r.TargetID, Name: r.TargetName},
		Requester: r.Requester, State: schemas.TaskState(r.State), Input: r.Input, Step: r.Step, Committed: r.Committed, Needed: r.Needed, Revision: r.Revision,
		CreatedAt: r.CreatedAt.UTC(), StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt), UpdatedAt: r.UpdatedAt.UTC(),
	}
	if err := json.Unmarshal(r.Payload, &t.Payload); err != nil {
		return hawkfish.Task{}, err
	}
	if err := json.Unmarshal(r.Faults, &t.Faults); err != nil {
		return hawkfish.Task{}, err
	}
	if len(t.Faults) == 0 {
		t.Faults = nil
	}
	return t, nil
}

// tasks sorts by acceptance, which statements that return what they have changed do not.
func tasks(rows []db.Task) ([]hawkfish.Task, error) {
	slices.SortFunc(rows, func(a, b db.Task) int { return cmp.Compare(a.Accepted, b.Accepted) })
	all := make([]hawkfish.Task, len(rows))
	for i, row := range rows {
		var err error
		if all[i], err = task(row); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// given is what of a host has been given away.
type given struct{ systems, cpus, memoryMiB, diskGiB int64 }

func host(r db.Host, g given) (hawkfish.Host, error) {
	h := hawkfish.Host{
		ID: r.ID, URI: r.URI, State: hawkfish.HostState(r.State), Resumes: hawkfish.HostState(r.Resumes), StateSince: r.StateSince.UTC(), Cause: r.Cause,
		SeenAt: utc(r.SeenAt), JoinKey: r.JoinKey, Systems: int(g.systems),
		Allocated: hawkfish.Resources{CPUs: int(g.cpus), MemoryMiB: g.memoryMiB, DiskGiB: g.diskGiB},
		Revision:  r.Revision, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	err := errors.Join(
		json.Unmarshal(r.Facts, &h.Facts), json.Unmarshal(r.Labels, &h.Labels), json.Unmarshal(r.Taints, &h.Taints),
		json.Unmarshal(r.Overcommit, &h.Overcommit), json.Unmarshal(r.Fencing, &h.Fencing), json.Unmarshal(r.Load, &h.Load),
	)
	if len(h.Labels) == 0 {
		h.Labels = nil
	}
	if len(h.Taints) == 0 {
		h.Taints = nil
	}
	return h, err
}

func account(r db.Account, rights, projects, roles []string) hawkfish.Account {
	in := map[string]hawkfish.ProjectRole{}
	for i, role := range roles {
		if role != "" {
			in[projects[i]] = hawkfish.ProjectRole(role)
		}
	}
	return hawkfish.Account{
		ID: r.ID, UserName: r.UserName, PasswordHash: r.PasswordHash, RoleID: r.RoleID, Enabled: r.Enabled,
		PasswordChangeRequired: r.PasswordChangeRequired, LockedUntil: utc(r.LockedUntil),
		Projects: projects, ProjectRoles: in, Privileges: privileges(rights), Revision: r.Revision, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
}

func session(r db.Session, userName string) hawkfish.Session {
	return hawkfish.Session{
		ID: r.ID, TokenHash: r.TokenHash, AccountID: r.AccountID, UserName: userName, Origin: r.Origin,
		ExpiresAt: r.ExpiresAt.UTC(), CreatedAt: r.CreatedAt.UTC(),
	}
}

func project(r db.Project) (hawkfish.Project, error) {
	p := hawkfish.Project{
		ID: r.ID, Name: r.Name, Description: r.Description,
		Revision: r.Revision, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}
	if r.ID == "" { // no row
		return p, nil
	}
	return p, errors.Join(json.Unmarshal(r.Labels, &p.Labels), json.Unmarshal(r.Quotas, &p.Quotas))
}

func event(r db.Event) hawkfish.Event {
	return hawkfish.Event{
		Sequence: r.Sequence, ProjectID: deref(r.ProjectID),
		Origin: hawkfish.Target{Kind: hawkfish.TargetKind(r.OriginKind), ID: r.OriginID, Name: r.OriginName},
		Kind:   hawkfish.EventKind(r.Kind), Detail: r.Detail, At: r.At.UTC(),
	}
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// orNull is what a column that may be null keeps of an empty text.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// isID tells IDs from names. PostgreSQL knows more ways to write a UUID; the API has only this one.
func isID(s string) bool {
	return len(s) == len(uuid.UUID{}.String()) && uuid.Validate(s) == nil
}

// newID returns id or, when it is empty, a new one.
func newID(id string) string {
	if id != "" {
		return id
	}
	return uuid.Must(uuid.NewV7()).String()
}
