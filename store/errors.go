package store

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/projectbeskar/hawkfish"
)

// Redfish's names of what the store keeps, as errors carry them.
const (
	resourceSystem   = "ComputerSystem"
	resourceImage    = "Image"
	resourceHost     = "Host"
	resourceTask     = "Task"
	resourceAccount  = "ManagerAccount"
	resourceSession  = "Session"
	resourceProject  = "Project"
	resourceRole     = "Role"
	resourceMember   = "Member"
	resourceSetting  = "Setting"
	resourceAudit    = "AuditEntry"
	resourceLogEntry = "LogEntry"
	resourceBatch    = "Batch"
	resourceProfile  = "Profile"
)

// subject is what a call is about, in the caller's words.
type subject struct{ resource, id string }

func (s subject) missing() error { return hawkfish.Missing(s.resource, s.id) }

// broken maps constraints to what it means to break them; the value of a unique one is the subject's ID
// when there is no function for it.
var broken = map[string]func(on subject, cause *pgconn.PgError) *hawkfish.Error{
	"systems_name_unique":              taken(resourceSystem, "/Name", "name"),
	"systems_mac_unique":               taken(resourceSystem, "/MAC", "mac"),
	"systems_pkey":                     taken(resourceSystem, "/Id", "id"),
	"images_name_version_unique":       taken(resourceImage, "/Name", "name"),
	"images_pkey":                      taken(resourceImage, "/Id", "id"),
	"accounts_user_name_unique":        taken(resourceAccount, "/UserName", "user_name"),
	"tasks_pkey":                       taken(resourceTask, "/Id", "id"),
	"systems_image_in_use":             inUse(resourceImage),
	"systems_project_id_fkey":          reference(resourceProject, "/Project"),
	"images_project_id_fkey":           reference(resourceProject, "/Project"),
	"account_projects_project_id_fkey": reference(resourceProject, "/Project"),
	"account_projects_account_id_fkey": reference(resourceAccount, "/User"),
	"account_projects_pkey":            taken(resourceMember, "/User", ""),
	"accounts_role_id_fkey":            reference(resourceRole, "/RoleId"),
	"sessions_account_id_fkey":         reference(resourceAccount, ""),
	"projects_name_unique":             taken(resourceProject, "/Name", "name"),
	"profiles_name_unique":             taken(resourceProfile, "/Name", "name"),
	"profiles_project_id_fkey":         reference(resourceProject, "/Project"),
	"roles_pkey":                       taken(resourceRole, "/RoleId", "id"),
}

// taken says that a unique property, which is kept in column, has this value elsewhere.
func taken(resource, property, column string) func(subject, *pgconn.PgError) *hawkfish.Error {
	return func(on subject, cause *pgconn.PgError) *hawkfish.Error {
		value := on.id
		// Such as "Key (project_id, name)=(5a0c1dfe-..., web) already exists."
		columns, values, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(cause.Detail, "Key ("), ") already exists."), ")=(")
		names, texts := strings.Split(columns, ", "), strings.Split(values, ", ")
		if at := slices.Index(names, column); len(names) == len(texts) && at >= 0 {
			value = texts[at]
		}
		return &hawkfish.Error{Kind: hawkfish.Exists, Resource: resource, Property: property, Value: value, Err: cause}
	}
}

func inUse(resource string) func(subject, *pgconn.PgError) *hawkfish.Error {
	return func(on subject, cause *pgconn.PgError) *hawkfish.Error {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resource, ID: on.id, Message: "a system uses it", Err: cause}
	}
}

// reference is for foreign keys, which are broken by naming what is not there, and by deleting what others need.
func reference(resource, property string) func(subject, *pgconn.PgError) *hawkfish.Error {
	return func(on subject, cause *pgconn.PgError) *hawkfish.Error {
		if strings.Contains(cause.Detail, "is still referenced") {
			return &hawkfish.Error{Kind: hawkfish.Conflict, Resource: resource, ID: on.id, Message: "it still has " + cause.TableName, Err: cause}
		}
		value, _, _ := strings.Cut(cause.Detail, ") is not present")
		_, value, _ = strings.Cut(value, ")=(")
		return &hawkfish.Error{Kind: hawkfish.NotFound, Resource: resource, Property: property, Value: value, Err: cause}
	}
}

// classes maps codes of PostgreSQL, or their first two letters, to kinds (manual, "PostgreSQL Error Codes").
var classes = map[string]hawkfish.Kind{
	"08":    hawkfish.Unavailable, // connection exception
	"22":    hawkfish.Invalid,     // data exception, such as a zero byte in a text
	"25P03": hawkfish.Unavailable, // idle in transaction for too long
	"28":    hawkfish.Unavailable, // it does not let us in
	"3D000": hawkfish.Unavailable, // no such database
	"40":    hawkfish.Unavailable, // serialization, deadlock: retries did not help
	"53":    hawkfish.Unavailable, // out of connections, memory or disk
	"55P03": hawkfish.Unavailable, // a lock was not to be had in time
	"57":    hawkfish.Unavailable, // cancelled, shutting down, starting up
	"58":    hawkfish.Unavailable, // the server's disk fails
}

// integrity is the class of broken constraints.
const integrity = "23"

// failure turns every error of this package into a *hawkfish.Error. No rows means that the subject is missing.
func failure(err error, on subject) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*hawkfish.Error](err); ok {
		return err
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return on.missing()
	}
	if cause, ok := errors.AsType[*pgconn.PgError](err); ok {
		if meaning, ok := broken[cause.ConstraintName]; ok {
			return meaning(on, cause)
		}
		kind, ok := classes[cause.Code]
		if !ok {
			kind, ok = classes[cause.Code[:min(2, len(cause.Code))]]
		}
		switch {
		case !ok: // a bug; the same row breaks the same constraint the next time
			permanent := strings.HasPrefix(cause.Code, integrity)
			return &hawkfish.Error{Kind: hawkfish.Internal, Permanent: permanent, Resource: on.resource, ID: on.id, Err: err}
		case kind == hawkfish.Unavailable:
			return hawkfish.Down("PostgreSQL", err)
		}
		return &hawkfish.Error{Kind: kind, Resource: on.resource, ID: on.id, Err: err}
	}
	if unreachable(err) {
		return hawkfish.Down("PostgreSQL", err)
	}
	return &hawkfish.Error{Kind: hawkfish.Internal, Resource: on.resource, ID: on.id, Err: err}
}

// unreachable reports errors that come from the way to the server, or from waiting too long for it.
func unreachable(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, network := errors.AsType[net.Error](err)
	return network || pgconn.Timeout(err) || pgconn.SafeToRetry(err) || closed(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
