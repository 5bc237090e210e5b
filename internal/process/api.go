package process

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/activities/adoption"
	"github.com/projectbeskar/hawkfish/activities/console"
	"github.com/projectbeskar/hawkfish/activities/migration"
	"github.com/projectbeskar/hawkfish/api"
	"github.com/projectbeskar/hawkfish/api/redfish"
	"github.com/projectbeskar/hawkfish/api/server"
	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/internal/config"
	"github.com/projectbeskar/hawkfish/internal/durable"
	"github.com/projectbeskar/hawkfish/internal/ssdp"
	"github.com/projectbeskar/hawkfish/internal/tlscert"
	"github.com/projectbeskar/hawkfish/store"
	"github.com/projectbeskar/hawkfish/store/cached"
)

// API serves Redfish until ctx ends.
func API(ctx context.Context, p Parts) error { return p.Serve(ctx, nil) }

// Serve is API for a process that wants to know of the first account: it gets the
// password that was made up for it, or "" when the account was there or had one.
func (p Parts) Serve(ctx context.Context, firstPassword func(string)) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", p.Config.Listen)
	if err != nil {
		return err // first, as is the certificate: what is wrong here should not take long to say so
	}
	defer ln.Close()
	keeper, err := p.keeper()
	if err != nil {
		return err
	}
	redirect, err := p.redirect(ctx)
	if err != nil {
		return err
	}
	p, flush, err := p.traced(ctx, "api")
	if err != nil {
		return err
	}
	defer flush()
	k, err := p.keep(ctx, "api")
	if err != nil {
		return err
	}
	defer k.close()

	memory := cached.New(k.store, p.Log.With("component", "cache"))
	c, err := p.control(memory, k.service, k.dispatcher)
	if err != nil {
		return err
	}
	c.Endings = memory
	var encryption *tls.Config // none: a proxy in front has it
	follow := func(context.Context) error { return nil }
	if keeper != nil {
		if p.Config.TLSMode != config.TLSFiles {
			if keeper, err = p.replaceable(ctx, keeper, k.store); err != nil {
				return err
			}
			memory.OnSettings(keeper.Wake)
		}
		c.Certificates, encryption, follow = keeper, keeper.Config(), keeper.Follow
	}
	password, err := c.EnsureAdmin(ctx, p.Config.AdminPassword.Reveal())
	if err != nil {
		return fmt.Errorf("the first account: %w", err)
	}
	if firstPassword != nil {
		firstPassword(password)
	} else if password != "" {
		p.Log.WarnContext(ctx, "the first account has been made with a password that only its maker knows; set HAWKFISH_ADMIN_PASSWORD for a new database", "user", control.AdminName)
	}
	info, err := p.info(ctx, k.store)
	if err != nil {
		return err
	}
	netboot, err := p.netboot(ctx, memory)
	if err != nil {
		return err
	}
	auditor := control.NewAuditor(k.store, p.Log.With("component", "audit"))
	srv := server.New(server.Config{
		Service: redfish.NewService(api.Resources(c, info)),
		Auth:    server.NewLogins(c, p.Config.Limits),
		TLS:     encryption, HTTP2: p.Config.HTTP2 == config.On, Limits: p.Config.Limits,
		Log: p.Log, Metrics: p.Registry, Ready: c.Ready, Count: c.Census, Audit: auditor.Note, Tracer: p.tracer,
		Origins: p.Config.CORSOrigins,
	})
	// What requests have noted is written after the last of them.
	written := make(chan error, 1)
	auditing, stopAuditor := context.WithCancel(context.WithoutCancel(ctx))
	go func() { written <- auditor.Run(auditing) }()
	err = together(ctx,
		memory.Run,
		follow,
		p.responder(c, info).Run,
		k.dispatcher.Run,
		redirect,
		netboot,
		func(ctx context.Context) error { return srv.Serve(ctx, ln) },
	)
	stopAuditor()
	return errors.Join(err, <-written)
}

func (p Parts) control(st control.Store, service *durable.Service, starter control.Starter) (*control.Control, error) {
	fetcher, err := p.fetcher()
	if err != nil {
		return nil, err
	}
	kept, err := p.secrets()
	if err != nil {
		return nil, err
	}
	return &control.Control{
		Store: st, Engine: service, Starter: starter, CheckURL: fetcher.Check, Seal: kept.seal, Log: p.Log.With("component", "control"),
		ReadSerial: func(ctx context.Context, host string, tail console.Tail) ([]byte, error) {
			return console.ReadSerial.Ask(ctx, service, durable.Host(host), "serial-"+uuid.NewString(), tail)
		},
		Tune: func(ctx context.Context, host string, in migration.Tuning) error {
			_, err := migration.Tune.Ask(ctx, service, durable.Host(host), "tune-"+uuid.NewString(), in)
			return err
		},
		ScanHost: func(ctx context.Context, host string, in adoption.Look) ([]hawkfish.Foreign, error) {
			return adoption.Scan.Ask(ctx, service, durable.Host(host), "scan-"+uuid.NewString(), in)
		},
	}, nil
}

// keeper keeps the listener's certificate; nil means no TLS.
func (p Parts) keeper() (*tlscert.Keeper, error) {
	log := p.Log.With("component", "tls")
	var keeper *tlscert.Keeper
	var err error
	switch p.Config.TLSMode {
	case config.TLSOff:
		return nil, nil
	case config.TLSFiles:
		keeper, err = tlscert.Files(p.Config.TLSCert, p.Config.TLSKey, log)
	default:
		keeper, err = tlscert.SelfSigned(p.Config.StateDir, tlscert.Names(p.Config.Listen, p.Config.HostName), log)
	}
	return keeper, err
}

// responder answers searches of the local network while the network policy wants it.
func (p Parts) responder(c *control.Control, info api.ServiceInfo) *ssdp.Responder {
	scheme := "http"
	if info.TLS {
		scheme = "https"
	}
	return &ssdp.Responder{
		UUID: info.UUID, Minor: api.ProtocolMinor(), Scheme: scheme, Listen: p.Config.Listen, Log: p.Log.With("component", "ssdp"),
		Enabled: func(ctx context.Context) bool {
			settings, err := c.Settings(ctx)
			return err == nil && settings.Network.SSDP
		},
	}
}

// info is what the service says of itself. Its UUID is the default project's ID: every
// replica finds the same one, and it lives as long as the database does.
func (p Parts) info(ctx context.Context, st *store.Store) (api.ServiceInfo, error) {
	project, err := st.FindProject(ctx, hawkfish.Scope{All: true}, hawkfish.DefaultProject)
	info := api.ServiceInfo{UUID: project.ID, Version: Version(), TemporalUI: p.Config.TemporalUIURL, TemporalNamespace: p.Config.TemporalNamespace, Telemetry: p.Config.TelemetryInterval}
	info.HostName, info.TLS = p.Config.HostName, p.Config.TLSMode != config.TLSOff
	if info.HostName == "" {
		info.HostName, _ = os.Hostname() // the kernel knows it
	}
	if _, port, splitErr := net.SplitHostPort(p.Config.Listen); splitErr == nil {
		info.Port, _ = strconv.Atoi(port) // checked by the configuration
	}
	return info, err
}
