package api

import (
	"context"
	"net/netip"
	"time"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/schemas"
)

// sessionServiceView is the SessionService (DSP0268).
type sessionServiceView struct {
	ID             string        `json:"Id"`
	Name           string        `json:"Name"`
	ServiceEnabled bool          `json:"ServiceEnabled"`
	SessionTimeout int           `json:"SessionTimeout"` // seconds
	Status         status        `json:"Status"`
	Sessions       *redfish.Link `json:"Sessions"`
}

// sessionView is a login as callers see it (DSP0268, Session).
type sessionView struct {
	ID          string              `json:"Id"`
	Name        string              `json:"Name"`
	UserName    string              `json:"UserName"`
	Password    *string             `json:"Password"` // always null (DSP0268)
	SessionType schemas.SessionType `json:"SessionType"`
	CreatedTime time.Time           `json:"CreatedTime"`
	Origin      string              `json:"ClientOriginIPAddress,omitempty"`
	Expires     time.Time           `json:"ExpirationTime"` // unless it is used
}

// sessionServicePatch holds the writable properties of the SessionService.
type sessionServicePatch struct {
	SessionTimeout *int `json:"SessionTimeout" validate:"required,min=30,max=86400"` // seconds (DSP0268)
}

// login is what it takes to open a session.
type login struct {
	UserName string `json:"UserName" validate:"required,max=255"`
	Password string `json:"Password" validate:"required,max=255" secret:"true"`
}

func sessions(c *control.Control) []redfish.Resource {
	service := redfish.Define(redfish.Spec[sessionServiceView, hawkfish.SessionPolicy]{
		Type: schemas.TypeSessionService,
		Path: "/redfish/v1/SessionService",
		Load: func(ctx context.Context, _ *redfish.Request) (hawkfish.SessionPolicy, error) {
			settings, err := c.Settings(ctx)
			return settings.Sessions, err
		},
		Revision: func(p hawkfish.SessionPolicy) int64 { return p.Revision },
		Show: func(to redfish.Links, p hawkfish.SessionPolicy) sessionServiceView {
			return sessionServiceView{
				ID: "SessionService", Name: "Sessions", ServiceEnabled: true, Status: working,
				SessionTimeout: p.Timeout, Sessions: to.To("SessionCollection", ""),
			}
		},
		Patch: redfish.Writable(func(ctx context.Context, req *redfish.Request, p hawkfish.SessionPolicy, patch sessionServicePatch) (hawkfish.SessionPolicy, error) {
			return c.ChangeSessionTimeout(ctx, req.Expects(p.Revision), *patch.SessionTimeout)
		}),
	})
	collection := redfish.Collection(redfish.CollectionSpec{
		Type:    schemas.TypeSessionCollection,
		Title:   "Sessions",
		Path:    "/redfish/v1/SessionService/Sessions",
		Aliases: []string{"/redfish/v1/Sessions"}, // older clients have it built in
		Of:      "Session",
		List:    listSessions(c),
		Create:  redfish.Creates(openSession(c)),
	})
	session := redfish.Define(redfish.Spec[sessionView, hawkfish.Session]{
		Type:    schemas.TypeSession,
		Path:    "/redfish/v1/SessionService/Sessions/{id}",
		Aliases: []string{"/redfish/v1/Sessions/{id}"},
		Load: func(ctx context.Context, req *redfish.Request) (hawkfish.Session, error) {
			return c.FindSession(ctx, req.Var("id"))
		},
		Key:   sessionKey,
		Owner: func(s hawkfish.Session) string { return s.AccountID },
		Show: func(_ redfish.Links, s hawkfish.Session) sessionView {
			return sessionView{
				ID: s.ID, Name: "Session of " + s.UserName, UserName: s.UserName,
				SessionType: schemas.SessionTypeRedfish, CreatedTime: s.CreatedAt.UTC(), Origin: hostOf(s.Origin),
				Expires: s.ExpiresAt.UTC(),
			}
		},
		Delete: func(ctx context.Context, _ *redfish.Request, s hawkfish.Session) (redfish.Result, error) {
			return redfish.Done(), c.CloseSession(ctx, s.ID)
		},
	})
	return []redfish.Resource{service, collection, session}
}

// hostOf returns an address without its port.
func hostOf(origin string) string {
	if addr, err := netip.ParseAddrPort(origin); err == nil {
		return addr.Addr().Unmap().String()
	}
	return origin
}

func sessionKey(s hawkfish.Session) string { return s.ID }

// listSessions lists what the caller may read: all for those who manage the service, else their own.
func listSessions(c *control.Control) func(context.Context, *redfish.Request, hawkfish.Page) ([]string, int, error) {
	return func(ctx context.Context, req *redfish.Request, page hawkfish.Page) ([]string, int, error) {
		all, err := c.ListSessions(ctx)
		if err != nil {
			return nil, 0, err
		}
		var shown []hawkfish.Session
		for _, s := range all {
			if manages(req) || s.AccountID == req.Actor().AccountID {
				shown = append(shown, s)
			}
		}
		return redfish.Keys(redfish.Slice(shown, page), sessionKey), len(shown), nil
	}
}

// openSession logs in. A wrong name or password is no lack of privilege, but no login: 401.
func openSession(c *control.Control) func(context.Context, *redfish.Request, login) (redfish.Result, error) {
	return func(ctx context.Context, req *redfish.Request, p login) (redfish.Result, error) {
		session, account, token, err := c.Login(ctx, p.UserName, p.Password, req.RemoteAddr)
		if err != nil && hawkfish.KindOf(err) == hawkfish.Denied {
			return redfish.Result{}, redfish.Rejected{schemas.AccessUnauthorized()}
		}
		opened := redfish.Created("Session", session, redfish.Field{Name: "X-Auth-Token", Value: token})
		if account.PasswordChangeRequired { // DSP0266, "Password change required handling"
			opened = opened.Noting(schemas.PasswordChangeRequired(accountPath + account.ID))
		}
		return opened, err
	}
}

// nothing is the state of a singleton that never changes, and unchanging its revision.
func nothing(context.Context, *redfish.Request) (struct{}, error) { return struct{}{}, nil }

func unchanging(struct{}) int64 { return 1 }
