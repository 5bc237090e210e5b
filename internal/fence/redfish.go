package fence

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/schemas"
)

// maxDocument is how much of a BMC's answer is read, in bytes.
const maxDocument = 1 << 20

// bmc is a Redfish service that has the host among its systems (DSP0266, DSP0268 ComputerSystem.Reset).
type bmc struct {
	client         *http.Client
	root           *url.URL
	system         string // Id or URI; empty: the only one
	user, password string
}

func newBMC(client *http.Client, how hawkfish.Fencing, password string) (*bmc, error) {
	root, err := url.Parse(how.Address)
	if err != nil || root.Host == "" {
		return nil, hawkfish.Refused("/Fencing/Address", how.Address, "it must be the URL of a Redfish service")
	}
	return &bmc{client, root, how.System, how.UserName, password}, nil
}

// machineView is what matters of a ComputerSystem.
type machineView struct {
	PowerState schemas.PowerState
	Actions    struct {
		Reset struct {
			Target string `json:"target"`
		} `json:"#ComputerSystem.Reset"`
	}
}

func (b *bmc) power(ctx context.Context) (schemas.PowerState, error) {
	s, err := b.find(ctx)
	return s.PowerState, err
}

func (b *bmc) off(ctx context.Context) error {
	s, err := b.find(ctx)
	if err != nil {
		return err
	}
	if s.Actions.Reset.Target == "" {
		return &hawkfish.Error{Kind: hawkfish.Unsupported, Message: "the host's BMC cannot switch it off"}
	}
	return b.do(ctx, http.MethodPost, s.Actions.Reset.Target, map[string]string{"ResetType": string(schemas.ResetTypeForceOff)}, nil)
}

// find reads the host's ComputerSystem.
func (b *bmc) find(ctx context.Context) (machineView, error) {
	const systems = "/redfish/v1/Systems"
	var s machineView
	uri := b.system
	switch {
	case uri == "":
		var all struct {
			Members []struct {
				URI string `json:"@odata.id"`
			}
		}
		if err := b.do(ctx, http.MethodGet, systems, nil, &all); err != nil {
			return s, err
		}
		if len(all.Members) != 1 {
			return s, hawkfish.Refused("/Fencing/System", "", fmt.Sprintf("the BMC has %d systems: it must say which of them is the host", len(all.Members)))
		}
		uri = all.Members[0].URI
	case !strings.HasPrefix(uri, "/"):
		uri = systems + "/" + url.PathEscape(uri)
	}
	return s, b.do(ctx, http.MethodGet, uri, nil, &s)
}

// do sends a request to a path of the service: what the service says leads nowhere else.
func (b *bmc) do(ctx context.Context, method, path string, body, into any) error {
	at, err := b.root.Parse(path)
	if err != nil || at.Host != b.root.Host || at.Scheme != b.root.Scheme {
		return &hawkfish.Error{Kind: hawkfish.Invalid, Message: "the BMC leads to another service"}
	}
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(text)
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, at.String(), send)
	if err != nil {
		return &hawkfish.Error{Kind: hawkfish.Invalid, Message: "the BMC's address is none", Err: err}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("OData-Version", "4.0")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if b.user != "" {
		req.SetBasicAuth(b.user, b.password)
	}
	reply, err := b.client.Do(req)
	if err != nil {
		return down("the host's BMC does not answer", err)
	}
	defer reply.Body.Close() //nolint:errcheck // it was read
	text, err := io.ReadAll(io.LimitReader(reply.Body, maxDocument))
	switch {
	case err != nil:
		return down("the host's BMC does not answer", err)
	case reply.StatusCode == http.StatusUnauthorized, reply.StatusCode == http.StatusForbidden:
		return down("the host's BMC does not take the user name and the password", nil)
	case reply.StatusCode >= http.StatusMultipleChoices:
		return down(fmt.Sprintf("the host's BMC answers %s with %d", method, reply.StatusCode), nil)
	case into == nil:
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return down("the host's BMC answers with something else than Redfish", err)
	}
	return nil
}
