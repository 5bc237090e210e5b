package hawkfish

import "time"

// Account is someone who may log in.
type Account struct {
	ID           string // UUID
	UserName     string // unique
	PasswordHash string // argon2id in PHC form; never leaves the process
	RoleID       string // "Administrator", "Operator" or "ReadOnly" (DSP0266, standard roles)
	Enabled      bool
	// PasswordChangeRequired limits the account to changing its own password.
	PasswordChangeRequired bool
	Projects               []string // what it may see; an Administrator sees all
	Revision               int64

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

// SessionLifetime is how long an unused session lives.
const SessionLifetime = 30 * time.Minute

// Project is who systems and images belong to.
type Project struct {
	ID          string // UUID
	Name        string // unique
	Description string
	Revision    int64

	CreatedAt, UpdatedAt time.Time
}

// DefaultProject is the name of the project every fleet has.
const DefaultProject = "default"

// Scope is what a caller may see. The zero Scope sees nothing.
type Scope struct {
	All      bool
	Projects []string
}

// Sees reports whether the scope holds a project.
func (s Scope) Sees(projectID string) bool {
	if s.All {
		return true
	}
	for _, p := range s.Projects {
		if p == projectID {
			return true
		}
	}
	return false
}

// Actor is who asks for something, and what they may see.
type Actor struct {
	AccountID string
	UserName  string
	SessionID string // empty: Basic authentication
	Scope     Scope
}
