package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"
)

// redirectTimeout bounds each request to a port that only redirects.
const redirectTimeout = 5 * time.Second

// Redirect answers every plain request on a listener with the same URL on https and the API's port, until ctx ends. 308 lets
// a client repeat a POST as one (RFC 9110, section 15.4.9).
func Redirect(ctx context.Context, ln net.Listener, apiPort string, log *slog.Logger) error {
	srv := &http.Server{
		Handler:     redirectTo(apiPort),
		ReadTimeout: redirectTimeout, WriteTimeout: redirectTimeout, IdleTimeout: redirectTimeout,
		MaxHeaderBytes: 8 << 10, DisableGeneralOptionsHandler: true,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func redirectTo(apiPort string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "close")
		host := (&url.URL{Host: r.Host}).Hostname()
		to, ok := onTLS(r, net.JoinHostPort(host, apiPort))
		if !ok || host == "" || r.URL.Path == "*" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Location", to.String())
		w.WriteHeader(http.StatusPermanentRedirect)
	}
}
