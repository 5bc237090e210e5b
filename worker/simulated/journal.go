package simulated

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// record is one line of the journal: what replaces an earlier one of the same
// system or image. Each change is written before it is seen, so that no caller
// is told of one that a crash would lose.
type record struct {
	ID     string               `json:"id,omitempty"` // of a system
	System *system              `json:"system,omitempty"`
	Digest string               `json:"digest,omitempty"` // of an image
	Image  *hawkfish.ImageFacts `json:"image,omitempty"`
	Medium string               `json:"medium,omitempty"` // digest
	Kept   *medium              `json:"kept,omitempty"`   // of it
}

// journal is the file a host's state is kept in. A nil journal keeps nothing.
type journal struct {
	path string
	lock *os.File
	file *os.File
	end  int64 // where the next line goes
	// lines counts those in the file: when most of them tell of the past, the file is written anew.
	lines int
}

// load opens the journal in dir and takes over what it tells.
func (h *Hypervisor) load(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return kept(err)
	}
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return kept(err)
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	// The kernel drops the lock when the process ends, however it does.
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return &hawkfish.Error{Kind: hawkfish.Conflict, Message: "another process is this simulated host", Err: err}
	}
	j := &journal{path: filepath.Join(dir, "state.jsonl"), lock: lock}
	if err := h.replay(j.path); err != nil {
		return kept(err)
	}
	if err := j.rewrite(h); err != nil {
		return kept(err)
	}
	h.journal = j
	h.mu.Lock()
	defer h.mu.Unlock()
	for id := range h.systems {
		h.plan(id)
	}
	return nil
}

// replay reads the journal. A last line that was cut off was never told to anybody.
func (h *Hypervisor) replay(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		var r record
		if err := json.Unmarshal(line, &r); err != nil {
			return err
		}
		h.apply(r)
	}
}

func (h *Hypervisor) apply(r record) {
	switch {
	case r.Kept != nil:
		r.Kept.used = time.Now()
		h.media[r.Medium] = *r.Kept
	case r.Medium != "":
		delete(h.media, r.Medium)
	case r.Image != nil:
		h.images[r.Digest] = *r.Image
	case r.Digest != "":
		delete(h.images, r.Digest)
	default:
		h.install(r.ID, r.System, r.System == nil)
	}
}

// rewrite puts a file in place that holds the present alone.
func (j *journal) rewrite(h *Hypervisor) error {
	file, err := os.CreateTemp(filepath.Dir(j.path), "state-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	buffer := bufio.NewWriterSize(file, 1<<20)
	enc := json.NewEncoder(buffer)
	lines := 0
	write := func(r record) {
		if err == nil {
			err = enc.Encode(r)
			lines++
		}
	}
	for id, s := range h.systems {
		write(record{ID: id, System: s})
	}
	for digest, facts := range h.images {
		write(record{Digest: digest, Image: &facts})
	}
	for digest, m := range h.media {
		write(record{Medium: digest, Kept: &m})
	}
	err = errors.Join(err, buffer.Flush(), file.Sync())
	var end int64
	if err == nil {
		end, err = file.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		err = os.Rename(file.Name(), j.path)
	}
	if err != nil {
		file.Close()
		return err
	}
	if j.file != nil {
		j.file.Close()
	}
	j.file, j.end, j.lines = file, end, lines
	return nil
}

// append writes a line, or nothing.
func (j *journal) append(h *Hypervisor, r record) error {
	if j == nil {
		return nil
	}
	if j.lines > 1000+4*(len(h.systems)+len(h.images)+len(h.media)) {
		if err := j.rewrite(h); err != nil {
			return kept(err)
		}
	}
	line, err := json.Marshal(r)
	if err != nil {
		return kept(err)
	}
	line = append(line, '\n')
	if _, err := j.file.WriteAt(line, j.end); err != nil {
		// Half a line is written over by the next, or ignored if there is none.
		return kept(errors.Join(err, j.file.Truncate(j.end)))
	}
	j.end += int64(len(line))
	j.lines++
	return nil
}

func (j *journal) system(h *Hypervisor, id string, s *system, gone bool) error {
	if gone {
		s = nil
	}
	return j.append(h, record{ID: id, System: s})
}

func (j *journal) image(h *Hypervisor, facts hawkfish.ImageFacts) error {
	return j.append(h, record{Digest: facts.SHA256, Image: &facts})
}

func (j *journal) noImage(h *Hypervisor, digest string) error {
	return j.append(h, record{Digest: digest})
}

// medium keeps what is known of a medium; nil: it is gone.
func (j *journal) medium(h *Hypervisor, digest string, m *medium) error {
	return j.append(h, record{Medium: digest, Kept: m})
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	// To close it is not enough: a child process that is just being made has it, too, until it runs its program.
	return errors.Join(j.file.Close(), syscall.Flock(int(j.lock.Fd()), syscall.LOCK_UN), j.lock.Close())
}

// kept is the error of a host whose state cannot be kept.
func kept(err error) error { return hawkfish.Down("the simulated host's folder", err) }
