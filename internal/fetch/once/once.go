// Package once decides whether a file has to be fetched at all: a cache that has it from the same source, unchanged,
// need not, and those who want one file at the same time share one transfer.
//
// It asks the source each time, with the caller's own credentials, so that nobody gets out of the cache what the
// source would not give them. It does not know how files are kept, nor how they are fetched.
package once

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"github.com/projectbeskar/hawkfish"
)

// Source is where files come from; internal/fetch is one.
type Source interface {
	// OpenMedium opens a file. Its size is 0 when not known; its version is another one whenever the file
	// changes, and empty when the source does not tell.
	OpenMedium(ctx context.Context, src hawkfish.MediaSource) (body io.ReadCloser, size int64, version string, err error)
	// MediumVersion asks for the version alone; empty when that cannot be told without opening the file.
	MediumVersion(ctx context.Context, src hawkfish.MediaSource) (string, error)
}

// Origin names a version of a file at a source. Neither part tells the URL.
type Origin struct{ URL, Version string }

// OriginOf makes a name that is fit for a file's.
func OriginOf(url, version string) Origin {
	return Origin{URL: short(url), Version: short(url + "\x00" + version)}
}

func short(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// Keeper keeps the files.
type Keeper interface {
	// Knows reports whether any file came from a URL.
	Knows(ctx context.Context, from Origin) (bool, error)
	// Find looks for the file that came from an origin, and notes that it is wanted.
	Find(ctx context.Context, from Origin) (facts hawkfish.ImageFacts, ok bool, err error)
	// Keep streams a file into the cache; size is 0 when not known.
	Keep(ctx context.Context, body io.Reader, size int64, progress func(done, total int64)) (hawkfish.ImageFacts, error)
	// Note remembers where a file came from.
	Note(ctx context.Context, digest string, from Origin) error
}

// Fetcher fetches what is not there yet. Its methods may be called at the same time.
type Fetcher struct {
	source  Source
	keeper  Keeper
	flights flights
}

// New makes a fetcher.
func New(source Source, keeper Keeper) *Fetcher { return &Fetcher{source: source, keeper: keeper} }

// Fetch brings a file into the cache, unless it is there. While another call fetches from the same URL it waits, and
// reports that one's progress.
func (f *Fetcher) Fetch(ctx context.Context, src hawkfish.MediaSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	arrived := time.Now()
	flight, land, err := f.flights.board(ctx, src.URL, progress)
	if err != nil {
		return hawkfish.ImageFacts{}, err
	}
	defer land()
	facts, shared := flight.shares(src, arrived)
	if !shared {
		if facts, err = f.fetch(ctx, src, flight.reporting(progress)); err != nil {
			return hawkfish.ImageFacts{}, err
		}
		flight.landed(src, facts)
	}
	progress(facts.SizeBytes, facts.SizeBytes)
	return facts, nil
}

func (f *Fetcher) fetch(ctx context.Context, src hawkfish.MediaSource, progress func(done, total int64)) (hawkfish.ImageFacts, error) {
	known, err := f.keeper.Knows(ctx, OriginOf(src.URL, ""))
	if err != nil {
		return hawkfish.ImageFacts{}, err
	}
	if known { // to ask first spares the source the beginning of a transfer
		version, err := f.source.MediumVersion(ctx, src)
		if err != nil {
			return hawkfish.ImageFacts{}, err
		}
		if facts, ok, err := f.find(ctx, src, version); ok || err != nil {
			return facts, err
		}
	}
	body, size, version, err := f.source.OpenMedium(ctx, src)
	if err != nil {
		return hawkfish.ImageFacts{}, err
	}
	defer func() { _ = body.Close() }()
	if known {
		if facts, ok, err := f.find(ctx, src, version); ok || err != nil {
			return facts, err
		}
	}
	facts, err := f.keeper.Keep(ctx, body, size, progress)
	if err == nil && version != "" {
		err = f.keeper.Note(ctx, facts.SHA256, OriginOf(src.URL, version))
	}
	return facts, err
}

func (f *Fetcher) find(ctx context.Context, src hawkfish.MediaSource, version string) (hawkfish.ImageFacts, bool, error) {
	if version == "" {
		return hawkfish.ImageFacts{}, false, nil
	}
	return f.keeper.Find(ctx, OriginOf(src.URL, version))
}
