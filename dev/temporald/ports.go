package temporald

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/projectbeskar/hawkfish/dev/port"
)

// ports says where each of the server's services listens.
type ports struct {
	Host     string `json:"host"`
	Frontend int    `json:"frontend"`
	History  int    `json:"history"`
	Matching int    `json:"matching"`
	Worker   int    `json:"worker"`
}

// portsFile, in the state folder, remembers them.
const portsFile = "temporal-ports.json"

// choosePorts returns the ports of the last start, or chooses free ones and
// remembers them. listen, when not empty, fixes the frontend's.
func choosePorts(stateDir, listen string) (ports, error) {
	file := filepath.Join(stateDir, portsFile)
	last, err := readPorts(file)
	if err != nil {
		return ports{}, err
	}
	p := last
	if listen != "" {
		host, number, err := port.SplitLoopback(listen)
		if err != nil {
			return ports{}, err
		}
		p.Host = host
		if number != 0 {
			p.Frontend = number
		}
	}
	if p.Host == "" {
		p.Host = port.Loopback
	}
	if err := port.Choose(p.Host, &p.Frontend, &p.History, &p.Matching, &p.Worker); err != nil {
		return ports{}, fmt.Errorf("temporal cannot listen: %w", err)
	}
	if p == last {
		return p, nil
	}
	return p, writePorts(file, p)
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
