package hypervisortest

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/projectbeskar/hawkfish"
)

// shop is a web server that has one file, and counts how often it is fetched.
type shop struct {
	*httptest.Server
	mu      sync.Mutex
	content []byte
	changed time.Time
	user    string // who may have it, with the password "secret"; empty: everybody
	fetched atomic.Int32
}

func (f *fixture) shop(content []byte) *shop {
	f.Helper()
	if !f.HTTP {
		f.Skip("hosts of this world do not fetch from 127.0.0.1")
	}
	s := &shop{content: content, changed: time.Now().Add(-time.Hour)}
	s.Server = httptest.NewServer(s)
	f.Cleanup(s.Close)
	return s
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	content, changed, user := s.content, s.changed, s.user
	s.mu.Unlock()
	if name, password, _ := r.BasicAuth(); user != "" && (name != user || password != "secret") {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method == http.MethodGet {
		s.fetched.Add(1)
	}
	http.ServeContent(w, r, "", changed, bytes.NewReader(content))
}

func (s *shop) stock(content []byte, changed time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.content, s.changed = content, changed
}

func (s *shop) source() hawkfish.MediaSource { return hawkfish.MediaSource{URL: s.URL + "/disc.iso"} }

// medium fetches a medium of its own, and removes it from the cache when the test is over.
func (f *fixture) medium(src hawkfish.MediaSource) hawkfish.ImageFacts {
	f.Helper()
	f.afterwards(func(ctx context.Context) { f.ok(f.SweepMedia(ctx, 0)) })
	facts, err := f.FetchMedium(f.ctx(), src, func(int64, int64) {})
	f.ok(err)
	return facts
}

// disc fetches a medium, and returns it as it is put into drives.
func (f *fixture) disc() *hawkfish.Medium {
	f.Helper()
	src := f.publish(rawImage(), hawkfish.FormatRaw)
	facts := f.medium(hawkfish.MediaSource{URL: src.URL})
	return &hawkfish.Medium{ID: uuid.NewString(), URL: src.URL, SHA256: facts.SHA256, SizeBytes: facts.SizeBytes}
}

// drives checks what a system's drives have.
func (f *fixture) drives(id string, want map[hawkfish.MediaSlot]string) {
	f.Helper()
	if f.Media == nil {
		f.Skip("nobody sees the drives of this world's guests")
	}
	if got := f.Media(f.T, id); !maps.Equal(got, want) {
		f.Errorf("the drives have %v, want %v", got, want)
	}
}

var mediaTests = []test{
	{"what it says of a file is true, and progress grows to its size", func(f *fixture) {
		content := rawImage()
		src := f.publish(content, hawkfish.FormatRaw)
		f.afterwards(func(ctx context.Context) { f.ok(f.SweepMedia(ctx, 0)) })
		var last int64
		facts, err := f.FetchMedium(f.ctx(), hawkfish.MediaSource{URL: src.URL}, func(done, total int64) {
			if done < last || total != 0 && done > total {
				f.Errorf("%d of %d after %d", done, total, last)
			}
			last = done
		})
		f.ok(err)
		if facts.SHA256 != src.SHA256 || facts.SizeBytes != int64(len(content)) || last != facts.SizeBytes {
			f.Errorf("got %+v, %d", facts, last)
		}
	}},
	{"what has not changed is not fetched again", func(f *fixture) {
		s := f.shop(rawImage())
		first := f.medium(s.source())
		if again := f.medium(s.source()); again != first || s.fetched.Load() != 1 {
			f.Errorf("got %+v, then %+v; fetched %d times", first, again, s.fetched.Load())
		}
	}},
	{"what has changed is fetched again", func(f *fixture) {
		s := f.shop(rawImage())
		first := f.medium(s.source())
		s.stock(rawImage(), time.Now().Add(-time.Minute))
		if again := f.medium(s.source()); again.SHA256 == first.SHA256 || s.fetched.Load() != 2 {
			f.Errorf("got %+v, then %+v; fetched %d times", first, again, s.fetched.Load())
		}
	}},
	{"what says nothing of its age is fetched again", func(f *fixture) {
		s := f.shop(rawImage())
		s.stock(s.content, time.Time{})
		first := f.medium(s.source())
		if again := f.medium(s.source()); again != first || s.fetched.Load() != 2 {
			f.Errorf("got %+v, then %+v; fetched %d times", first, again, s.fetched.Load())
		}
	}},
	{"many who want one file at once share a fetch", func(f *fixture) {
		s := f.shop(rawImage())
		f.afterwards(func(ctx context.Context) { f.ok(f.SweepMedia(ctx, 0)) })
		ctx := f.ctx()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if _, err := f.FetchMedium(ctx, s.source(), func(int64, int64) {}); err != nil {
					f.Error(err)
				}
			})
		}
		all.Wait()
		if n := s.fetched.Load(); n != 1 {
			f.Errorf("fetched %d times", n)
		}
	}},
	{"what only some may have is theirs alone, in the cache, too", func(f *fixture) {
		s := f.shop(rawImage())
		s.user = "ada"
		ada, stranger := s.source(), s.source()
		ada.UserName, ada.Password = "ada", "secret"
		f.refuses(noValue(f.FetchMedium(f.ctx(), stranger, func(int64, int64) {})), "/URL")
		f.medium(ada)
		f.refuses(noValue(f.FetchMedium(f.ctx(), stranger, func(int64, int64) {})), "/URL")
		f.medium(ada)
		if n := s.fetched.Load(); n != 1 {
			f.Errorf("fetched %d times", n)
		}
	}},
	{"a file that is not there is refused", func(f *fixture) {
		missing := hawkfish.MediaSource{URL: fileURL(f.ImageDir + "/" + uuid.NewString())}
		f.refuses(noValue(f.FetchMedium(f.ctx(), missing, func(int64, int64) {})), "/URL")
	}},
	{"what no drive has is swept, but not before its time", func(f *fixture) {
		s := f.shop(rawImage())
		f.medium(s.source())
		f.ok(f.SweepMedia(f.ctx(), time.Hour))
		f.medium(s.source())
		if n := s.fetched.Load(); n != 1 {
			f.Errorf("fetched %d times", n)
		}
		f.ok(f.SweepMedia(f.ctx(), 0))
		f.medium(s.source())
		if n := s.fetched.Load(); n != 2 {
			f.Errorf("fetched %d times after it was swept", n)
		}
	}},
	{"what a drive has is not swept", func(f *fixture) {
		g := f.defined()
		for _, slot := range hawkfish.MediaSlots {
			g.Machine = g.Machine.WithMedium(slot, f.disc())
		}
		f.ok(f.Define(f.ctx(), g))
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.ok(f.SweepMedia(f.ctx(), 0))
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		f.ok(f.SweepMedia(f.ctx(), 0))
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.ok(f.Define(f.ctx(), g))
	}},
	{"what is not in the cache is not inserted", func(f *fixture) {
		g := f.defined()
		lost := f.disc()
		f.ok(f.SweepMedia(f.ctx(), 0))
		bare := g.Machine
		g.Machine = bare.WithMedium(hawkfish.SlotCd, lost)
		f.fails(f.Define(f.ctx(), g), hawkfish.Conflict)
		lost.Out = true // nobody sees it
		g.Machine = bare.WithMedium(hawkfish.SlotCd, lost)
		f.ok(f.Define(f.ctx(), g))
		f.drives(g.ID, map[hawkfish.MediaSlot]string{})
	}},
	{"a guest that runs gets its media at once, and loses them at once", func(f *fixture) {
		g, _ := f.booted()
		want := map[hawkfish.MediaSlot]string{}
		configure := func() {
			f.Helper()
			o, err := f.Configure(f.ctx(), g)
			f.ok(err)
			f.sees(o, g.ID, "On")
			f.drives(g.ID, want)
		}
		for _, slot := range slices.Concat(hawkfish.MediaSlots, hawkfish.MediaSlots) { // the second time it is another one
			disc := f.disc()
			want[slot] = disc.SHA256
			g.Machine = g.Machine.WithMedium(slot, disc)
			configure()
			configure()
		}
		f.ok(noValue(f.Reset(f.ctx(), g.ID, "op")))
		f.drives(g.ID, want)
		f.ok(noValue(f.Stop(f.ctx(), g.ID)))
		f.ok(noValue(f.Start(f.ctx(), g.ID)))
		f.drives(g.ID, want)
		for _, slot := range hawkfish.MediaSlots {
			delete(want, slot)
			g.Machine = g.Machine.WithMedium(slot, nil)
			configure()
			configure()
		}
	}},
	{"what the guest ejects by itself stays out, until it is inserted anew", func(f *fixture) {
		if f.Eject == nil {
			f.Skip("guests of this world cannot")
		}
		g, _ := f.booted()
		disc := f.disc()
		g.Machine = g.Machine.WithMedium(hawkfish.SlotCd, disc)
		f.ok(noValue(f.Configure(f.ctx(), g)))
		f.Eject(f.T, g.ID)
		f.eventually("the ejection is seen", func() bool { return slices.Equal(f.observe(g.ID).Ejected, []string{disc.ID}) })
		f.drives(g.ID, map[hawkfish.MediaSlot]string{})
		if f.Reopen != nil {
			f.Hypervisor = f.Reopen(f.T)
		}
		f.ok(f.Define(f.ctx(), g)) // by one who has not heard of it
		f.ok(noValue(f.Configure(f.ctx(), g)))
		f.drives(g.ID, map[hawkfish.MediaSlot]string{})
		if o := f.observe(g.ID); !slices.Equal(o.Ejected, []string{disc.ID}) {
			f.Errorf("got %+v", o)
		}
		again := *disc
		again.ID = uuid.NewString()
		g.Machine = g.Machine.WithMedium(hawkfish.SlotCd, &again)
		o, err := f.Configure(f.ctx(), g)
		f.ok(err)
		if len(o.Ejected) > 0 {
			f.Errorf("got %+v", o)
		}
		f.drives(g.ID, map[hawkfish.MediaSlot]string{hawkfish.SlotCd: disc.SHA256})
	}},
}
