package hawkfish

import (
	"slices"
	"time"

	"github.com/projectbeskar/hawkfish/schemas"
)

// Account is someone who may log in.
type Account struct {
	ID           string // UUID
	UserName     string // unique
	PasswordHash string // argon2id in PHC form; never leaves the process
	RoleID       string // of a Role
	Enabled      bool
	// PasswordChangeRequired limits the account to changing its own password.
	PasswordChangeRequired bool
	// LockedUntil is when an account that had too many wrong passwords may try again; zero: it is not locked.
	LockedUntil time.Time
	Revision    int64

	// Projects are the IDs of those it may see; an Administrator sees all.
	Projects []string
	// ProjectRoles says what it may do in a project where that is not what its own role says.
	ProjectRoles map[string]ProjectRole
	// Privileges are what its role may; the store fills them in.
	Privileges []schemas.Privilege

	CreatedAt, UpdatedAt time.Time
}

// Locked reports whether the account may not log in now, because too many passwords were wrong.
func (a Account) Locked() bool { return time.Now().Before(a.LockedUntil) }

// AccountUpdate holds what to change of an account; nil leaves it alone.
type AccountUpdate struct {
	UserName, PasswordHash, RoleID  *string
	Enabled, PasswordChangeRequired *bool
	Unlock                          bool
	// KeepSession is the one session that survives a change of the password; empty: none does.
	KeepSession string
}

// Role is what accounts may do outside of projects, and within them where nothing else is said.
type Role struct {
	ID         string // such as "Operator"
	Predefined bool   // one of the standard's (DSP0266, standard roles), which nobody can change
	Privileges []schemas.Privilege
	Revision   int64

	CreatedAt, UpdatedAt time.Time
}

// Session is a login.
type Session struct {
	ID        string // UUID
	TokenHash []byte // SHA-256 of the token; the token itself is nowhere
	AccountID string
	UserName  string
	Origin    string // address it was opened from
	ExpiresAt time.Time
	CreatedAt time.Time
}

// Project is who systems and images belong to.
type Project struct {
	ID          string // UUID
	Name        string // unique
	Description string
	Labels      map[string]string
	Quotas      Quotas
	Revision    int64

	CreatedAt, UpdatedAt time.Time
}

// ProjectUpdate holds what to change of a project; nil leaves it alone.
type ProjectUpdate struct {
	Name, Description *string
	Labels            map[string]string
	Quotas            *Quotas
}

// DefaultProject is the name of the project every fleet has. Who is given no
// project belongs to it, with what their own role says.
const DefaultProject = "default"

// ProjectRole is what a member may do in a project.
type ProjectRole string

const (
	ProjectAdmin    ProjectRole = "admin"    // all of it, members too
	ProjectOperator ProjectRole = "operator" // create, change and delete what is in it
	ProjectViewer   ProjectRole = "viewer"   // look
)

// Values lists the roles.
func (ProjectRole) Values() []string {
	return []string{string(ProjectAdmin), string(ProjectOperator), string(ProjectViewer)}
}

// projectRoles says what the roles are in Redfish's terms, for what belongs to the project.
var projectRoles = map[ProjectRole][]schemas.Privilege{
	ProjectAdmin: {
		schemas.PrivilegeLogin, schemas.PrivilegeConfigureManager, schemas.PrivilegeConfigureUsers,
		schemas.PrivilegeConfigureComponents, schemas.PrivilegeConfigureSelf,
	},
	ProjectOperator: {schemas.PrivilegeLogin, schemas.PrivilegeConfigureComponents, schemas.PrivilegeConfigureSelf},
	ProjectViewer:   {schemas.PrivilegeLogin, schemas.PrivilegeConfigureSelf},
}

// Privileges lists what a role may; an unknown role may nothing. Callers must not change it.
func (r ProjectRole) Privileges() []schemas.Privilege { return projectRoles[r] }

// Member is an account's part in a project.
type Member struct {
	ProjectID, AccountID, UserName string
	Role                           ProjectRole // empty: what the account's own role says
	Revision                       int64
}

// Scope is what a caller may see. The zero Scope sees nothing.
type Scope struct {
	All      bool
	Projects []string
}

// Sees reports whether the scope holds a project.
func (s Scope) Sees(projectID string) bool {
	return s.All || slices.Contains(s.Projects, projectID)
}

// Actor is who asks for something, and what they may see.
type Actor struct {
	AccountID string
	UserName  string
	SessionID string // empty: Basic authentication
	Scope     Scope
}
