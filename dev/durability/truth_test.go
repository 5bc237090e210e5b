package durability

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// truth is what hypervisors know, asked behind HawkFish's back.
type truth interface {
	// look lists everything of every system on every host, by the system's ID.
	look(t testing.TB) map[string][]traces
	// sees leaves of what a guest went through what these hosts can tell.
	sees(ran) ran
}

// traces are what one host has of one system.
type traces struct {
	Host   string
	Domain bool // there is one
	On     bool
	Disk   bool
	Source string            // what the guest last booted from
	Discs  map[string]string // URLs by drive; nil: the host does not tell of them, nor of Source
	ran
}

// ran is what a guest went through since it was last started from off.
type ran struct{ Boots, Buttons, NMIs int }

// journals are those of simulated hosts, which note each change before anybody is told.
type journals struct{ dir string }

func (journals) sees(r ran) ran { return r }

func (j journals) look(t testing.TB) map[string][]traces {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(j.dir, "*", "state.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	all := map[string][]traces{}
	for _, file := range files {
		host := filepath.Base(filepath.Dir(file))
		for id, one := range replay(t, file) {
			one.Host = host
			all[id] = append(all[id], one)
		}
	}
	return all
}

func replay(t testing.TB, path string) map[string]traces {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	now := map[string]traces{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r struct {
			ID     string
			System *struct {
				Defined, On bool
				Disk        *struct{}
				NMIs        int
				Serial      []struct{ What string }
				Source      string
				Guest       struct {
					Machine struct {
						Media map[string]struct{ Medium *struct{ URL string } }
					}
				}
			}
		}
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			break // it is being written
		}
		switch {
		case r.ID == "":
		case r.System == nil:
			delete(now, r.ID)
		default:
			s := traces{Domain: r.System.Defined, On: r.System.On, Disk: r.System.Disk != nil, ran: ran{NMIs: r.System.NMIs}}
			s.Source, s.Discs = r.System.Source, map[string]string{}
			for drive, has := range r.System.Guest.Machine.Media {
				if has.Medium != nil {
					s.Discs[drive] = has.Medium.URL
				}
			}
			for _, mark := range r.System.Serial {
				switch mark.What {
				case "boot":
					s.Boots++
				case "button":
					s.Buttons++
				}
			}
			now[r.ID] = s
		}
	}
	return now
}
