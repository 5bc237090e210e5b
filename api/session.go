package api

import (
	"context"
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
}

// login is what it takes to open a session.
type login struct {
	UserName string `json:"UserName" validate:"required,max=255"`
	Password string `json:"Password" validate:"required,max=255" secret:"true"`
}

func sessions(c *control.Control) []redfish.Resource {
	service := redfish.Define(redfish.Spec[sessionServiceView, struct{}]{
		Type:     schemas.TypeSessionService,
		Path:     "/redfish/v1/SessionService",
		Load:     nothing,
		Revision: unchanging,
		Show: func(to redfish.Links, _ struct{}) sessionServiceView {
			return sessionServiceView{
				ID: "SessionService", Name: "Sessions", ServiceEnabled: true, Status: working,
				SessionTimeout: int(hawkfish.SessionLifetime / time.Second), Sessions: to.To("SessionCollection", ""),
			}
		},
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
				SessionType: schemas.SessionTypeRedfish, CreatedTime: s.CreatedAt.UTC(), Origin: s.Origin,
			}
		},
		Delete: func(ctx context.Context, _ *redfish.Request, s hawkfish.Session) (redfish.Result, error) {
			return redfish.Done(), c.CloseSession(ctx, s.ID)
		},
	})
	return []redfish.Resource{service, collection, session}
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
			if holds(req, schemas.PrivilegeConfigureManager) || s.AccountID == req.Actor().AccountID {
				shown = append(shown, s)
			}
		}
		return redfish.Keys(redfish.Slice(shown, page), sessionKey), len(shown), nil
	}
}

// openSession logs in. A wrong name or password is no lack of privilege, but no login: 401.
func openSession(c *control.Control) func(context.Context, *redfish.Request, login) (redfish.Result, error) {
	return func(ctx context.Context, req *redfish.Request, p login) (redfish.Result, error) {
		session, token, err := c.Login(ctx, p.UserName, p.Password, req.RemoteAddr)
		if err != nil && hawkfish.KindOf(err) == hawkfish.Denied {
			return redfish.Result{}, redfish.Rejected{schemas.AccessUnauthorized()}
		}
		return redfish.Created("Session", session, redfish.Field{Name: "X-Auth-Token", Value: token}), err
	}
}

// nothing is the state of a singleton that never changes, and unchanging its revision.
func nothing(context.Context, *redfish.Request) (struct{}, error) { return struct{}{}, nil }

func unchanging(struct{}) int64 { return 1 }
