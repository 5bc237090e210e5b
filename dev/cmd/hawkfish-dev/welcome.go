package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/projectbeskar/hawkfish/control"
	"github.com/projectbeskar/hawkfish/internal/config"
)

// welcome says where everything is, and lines to try it with. It is called just before the API
// listens, with the password that was made up for the first account, if one was.
func (s *session) welcome(ctx context.Context, password, image string) {
	w := tour{
		API: s.apiURL(), UI: s.cfg.TemporalUIURL, User: control.AdminName, Password: password, Image: image,
		Network: "none", Chosen: s.cfg.AdminPassword != "",
	}
	if s.cfg.TLSMode == config.TLSSelfSigned {
		w.Certificate = filepath.Join(s.cfg.StateDir, "tls-certificate.pem")
	}
	if err := tourText.Execute(s.out, w); err != nil {
		s.log.ErrorContext(ctx, "the welcome was not printed", "error", err)
	}
	go s.sayReady(ctx)
}

type tour struct {
	API, UI, User, Password, Certificate, Image, Network string
	Chosen                                               bool // the password is the one in HAWKFISH_ADMIN_PASSWORD
}

var tourText = template.Must(template.New("tour").Parse(`
Redfish      {{.API}}/redfish/v1
Temporal UI  {{.UI}}
{{- if .Password}}
User         {{.User}}, password {{.Password}} (made for you; it is not shown again)
{{- else if .Chosen}}
User         {{.User}}, password $HAWKFISH_ADMIN_PASSWORD unless it has been changed
{{- else}}
User         {{.User}}, with the password that was printed at the first start
{{- end}}

Try, in another terminal:

  export HF={{.API}}/redfish/v1 PASSWORD={{if .Password}}{{.Password}}{{else if .Chosen}}"$HAWKFISH_ADMIN_PASSWORD"{{else}}...{{end}}
  hf() { curl -sS{{with .Certificate}} --cacert {{.}}{{end}} -u {{.User}}:"$PASSWORD" -H 'Content-Type: application/json' "$@"; echo; }
  hf $HF/Oem/HawkFish/Images -d '{"Name": "tiny", "Version": "1", "Format": "raw", "URL": "file://{{.Image}}"}'
  hf $HF/TaskService/Tasks
  hf $HF/Systems -d '{"Name": "demo", "CPU": 1, "MemoryMiB": 64, "DiskGiB": 1, "Image": "tiny:1", "Network": "{{.Network}}", "Boot": {"Primary": "Hdd"}}'
  hf $HF/Systems/demo/Actions/ComputerSystem.Reset -d '{"ResetType": "On"}'
  hf $HF/Systems/demo
  hf $HF/Systems/demo/Oem/HawkFish/SerialLog
  hf -X DELETE $HF/Systems/demo

`))

// apiURL is where this machine reaches the API.
func (s *session) apiURL() string {
	scheme := "https"
	if s.cfg.TLSMode == config.TLSOff {
		scheme = "http"
	}
	host, number, err := net.SplitHostPort(s.cfg.Listen)
	if err != nil {
		return scheme + "://" + s.cfg.Listen // the configuration has been checked: it is an address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, number)
}

const (
	askEvery     = 200 * time.Millisecond
	complainTime = 15 * time.Second
)

// sayReady prints a line when the API finds everything it needs, and from time to time what it does not find.
func (s *session) sayReady(ctx context.Context) {
	complained := time.Now()
	// Only our own readiness is asked for, and no secret is sent.
	http := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer http.CloseIdleConnections()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		answer, err := http.Get(s.apiURL() + "/readyz")
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode == 200 {
			fmt.Fprintf(s.out, "ready after %.1f s\n", time.Since(s.began).Seconds())
			return
		}
		if time.Since(complained) > complainTime {
			complained = time.Now()
			fmt.Fprintln(s.out, "not ready yet:", strings.TrimSpace(string(text)))
		}
	}
}
