package temporald

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// ports says where each of the server's services listens.
type ports struct {
	Host     string `json:"host"`
	Frontend int    `json:"frontend"`
	History  int    `json:"history"`
	Matching int    `json:"matching"`
	Worker   int    `json:"worker"`
}

const portsFile = "temporal-ports.json"

// choosePorts returns the ports of the last start, or chooses free ones and
// remembers them. listen, when not empty, fixes the frontend's.
func choosePorts(stateDir, listen string) (ports, error) {
	file := filepath.Join(stateDir, portsFile)
	p, err := readPorts(file)
	if err != nil {
		return ports{}, err
	}
	want := p
	if listen != "" {
		host, port, err := splitLoopback(listen)
		if err != nil {
			return ports{}, err
		}
		want.Host = host
		if port != 0 {
			want.Frontend = port
		}
	}
	if want.Host == "" {
		want.Host = loopback
	}
	if err := fillFree(want.Host, &want.Frontend, &want.History, &want.Matching, &want.Worker); err != nil {
		return ports{}, err
	}
	if want == p {
		return p, nil
	}
	return want, writePorts(file, want)
}

// fillFree checks that the ports that are set are free, and sets the others.
// All stay open until the last is chosen, so that none is chosen twice.
func fillFree(host string, all ...*int) error {
	for _, port := range all {
		l, err := listen(host, *port)
		if err != nil {
			return fmt.Errorf("temporal cannot listen: %w", err)
		}
		defer l.Close()
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return nil
}

// Ports are chosen below the range that systems take client ports from: while
// the server is down, a client that tries to connect to a port of that range
// can be given the very same one, connect to itself and keep the server out.
const lowestPort, highestPort = 20000, 29999

func listen(host string, port int) (net.Listener, error) {
	if port != 0 {
		return net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
	}
	var err error
	for range 100 {
		var l net.Listener
		port = lowestPort + rand.N(highestPort-lowestPort+1)
		if l, err = net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port))); err == nil {
			return l, nil
		}
	}
	return nil, err
}

func readPorts(file string) (p ports, err error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return p, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

func writePorts(file string, p ports) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	// A kill while writing must not leave half a file, which no later start could read.
	draft := file + ".draft"
	if err := os.WriteFile(draft, text, 0o644); err != nil {
		return err
	}
	return os.Rename(draft, file)
}
