// Package netboot answers the firmware of systems that boots over the network: iPXE, which asks for a script, and for the files that the script
// names. It speaks plain HTTP on a listener of its own, since firmware can neither log in nor tell whom to trust.
//
// A system's UUID is what opens its script: it is random, the guest's firmware knows it (SMBIOS), and besides who may see the system nobody does. A
// system that has no script and no files answers as one that there is not. No password leaves here: files whose server wants one are refused.
package netboot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"github.com/projectbeskar/hawkfish"
)

// Config is what it takes.
type Config struct {
	// Find looks a system up by its UUID, whoever it belongs to. NotFound.
	Find func(ctx context.Context, id string) (hawkfish.System, error)
	// Open opens what a file was fetched from.
	Open func(ctx context.Context, src hawkfish.MediaSource) (body io.ReadCloser, size int64, version string, err error)
	Log  *slog.Logger
	// Metrics counts what is asked for; nil: nothing does.
	Metrics prometheus.Registerer
}

// Limits of what strangers can ask for.
const (
	scriptsPerSecond = 200
	filesAtOnce      = 32
	headerWithin     = 10 * time.Second
	maxHeader        = 8 << 10
)

// server answers firmware.
type server struct {
	Config
	scripts *rate.Limiter
	files   chan struct{} // a place for each transfer
}

// Serve answers on a listener until ctx ends.
func Serve(ctx context.Context, ln net.Listener, cfg Config) error {
	srv := &http.Server{
		Handler: Handler(cfg), ReadHeaderTimeout: headerWithin, IdleTimeout: headerWithin, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(cfg.Log.Handler(), slog.LevelDebug), DisableGeneralOptionsHandler: true,
	}
	defer context.AfterFunc(ctx, func() { _ = srv.Close() })()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Handler answers GET and HEAD of /boot/{system}/ipxe and /boot/files/{system}/{file}.
func Handler(cfg Config) http.Handler {
	s := &server{Config: cfg, scripts: rate.NewLimiter(scriptsPerSecond, scriptsPerSecond), files: make(chan struct{}, filesAtOnce)}
	mux := http.NewServeMux()
	counted := count(cfg.Metrics)
	mux.Handle("GET /boot/{system}/ipxe", counted("script", s.script))
	mux.Handle("GET /boot/files/{system}/{file}", counted("file", s.file))
	return mux
}

// find answers itself when there is no such system, or it cannot be known.
func (s *server) find(w http.ResponseWriter, r *http.Request) (hawkfish.System, bool) {
	id, err := uuid.Parse(r.PathValue("system"))
	if err != nil {
		http.NotFound(w, r)
		return hawkfish.System{}, false
	}
	if !s.scripts.Allow() {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		return hawkfish.System{}, false
	}
	found, err := s.Find(r.Context(), id.String())
	switch {
	case hawkfish.KindOf(err) == hawkfish.NotFound:
		http.NotFound(w, r)
	case err != nil:
		s.Log.WarnContext(r.Context(), "a system's boot could not be looked up", "system_id", id.String(), "error", err)
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	return found, err == nil
}

func (s *server) script(w http.ResponseWriter, r *http.Request) {
	system, ok := s.find(w, r)
	if !ok {
		return
	}
	text := Script(system, "http://"+r.Host)
	if text == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	s.Log.InfoContext(r.Context(), "a system has fetched its script", "system_id", system.ID, "remote", r.RemoteAddr)
	_, _ = io.WriteString(w, text) // fails only when the client has left
}

// paths are the names of files in URLs.
var paths = map[string]hawkfish.MediaSlot{"kernel": hawkfish.SlotKernel, "initrd": hawkfish.SlotInitrd}

// Script is what iPXE is told: the system's own script, or to boot its files; empty: it has neither.
func Script(s hawkfish.System, base string) string {
	if s.Machine.IPXEScript != "" {
		return s.Machine.IPXEScript
	}
	if !s.Machine.BootsDirectly() {
		return ""
	}
	files := base + "/boot/files/" + s.ID
	text := "#!ipxe\nkernel " + files + "/kernel"
	if s.Machine.Media[hawkfish.SlotInitrd].Inserted() {
		text += " initrd=initrd"
	}
	if s.Machine.CommandLine != "" {
		text += " " + s.Machine.CommandLine
	}
	text += "\n"
	if s.Machine.Media[hawkfish.SlotInitrd].Inserted() {
		text += "initrd --name initrd " + files + "/initrd\n"
	}
	return text + "boot\n"
}

func (s *server) file(w http.ResponseWriter, r *http.Request) {
	slot, known := paths[r.PathValue("file")]
	if !known {
		http.NotFound(w, r)
		return
	}
	system, ok := s.find(w, r)
	if !ok {
		return
	}
	drive := system.Machine.Media[slot]
	if !drive.Inserted() || drive.Medium.UserName != "" {
		http.NotFound(w, r)
		return
	}
	select {
	case s.files <- struct{}{}:
		defer func() { <-s.files }()
	default:
		w.Header().Set("Retry-After", "5")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	body, _, _, err := s.Open(r.Context(), hawkfish.MediaSource{URL: drive.Medium.URL, Unverified: drive.Unverified})
	if err != nil {
		s.Log.WarnContext(r.Context(), "a system's boot file cannot be fetched", "system_id", system.ID, "file", string(slot), "error", err)
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = body.Close() }()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.FormatInt(drive.Medium.SizeBytes, 10))
	if r.Method == http.MethodHead {
		return
	}
	if err := pass(w, body, *drive.Medium); err != nil {
		s.Log.WarnContext(r.Context(), "a system's boot file was not handed on", "system_id", system.ID, "file", string(slot), "error", err)
		panic(http.ErrAbortHandler) // the client must not take what it has for the whole
	}
}

// pass hands a file on. Its last bytes go when all of it has been seen to be what was inserted.
func pass(w io.Writer, body io.Reader, m hawkfish.Medium) error {
	sum := sha256.New()
	const held = 1
	if _, err := io.CopyN(io.MultiWriter(w, sum), body, max(m.SizeBytes-held, 0)); err != nil {
		return err
	}
	last, err := io.ReadAll(io.LimitReader(body, held+1))
	if err != nil {
		return err
	}
	sum.Write(last)
	if got := hex.EncodeToString(sum.Sum(nil)); got != m.SHA256 {
		return fmt.Errorf("the file has changed since it was inserted: its digest is %s", got)
	}
	_, err = w.Write(last)
	return err
}
