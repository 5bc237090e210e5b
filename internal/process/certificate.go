package process

import (
	"context"
	"strconv"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/internal/keyring"
	"github.com/projectbeskar/hawkfish/internal/tlscert"
)

// vault keeps the certificate that listeners show, and the keys that wait for theirs, sealed in the database.
type vault struct {
	store interface {
		KeptCertificate(ctx context.Context) (hawkfish.KeptCertificate, error)
		KeepCertificate(ctx context.Context, revision int64, kept hawkfish.KeptCertificate) (hawkfish.KeptCertificate, error)
	}
	keys *keyring.Ring
}

// What a sealed secret is bound to: a pair cannot stand for a key that waits, nor for a secret of another kind.
const (
	labelShown   = "listener certificate"
	labelPending = "listener key"
)

// Load returns what is kept, as far as it can be read: keys that wait and were sealed with a key that this process does not have
// are left out.
func (v vault) Load(ctx context.Context) (tlscert.Kept, error) {
	sealed, err := v.store.KeptCertificate(ctx)
	if err != nil {
		return tlscert.Kept{}, err
	}
	kept := tlscert.Kept{Version: strconv.FormatInt(sealed.Revision, 10)}
	if sealed.Shown != nil {
		kept.Pair, kept.Unread = v.keys.Open(sealed.Shown.Key, sealed.Shown.Data, labelShown)
	}
	for _, s := range sealed.Pending {
		if key, err := v.keys.Open(s.Key, s.Data, labelPending); err == nil {
			kept.Pending = append(kept.Pending, key)
		}
	}
	return kept, nil
}

// Save seals what is to be kept. Without a key to do so nothing is.
func (v vault) Save(ctx context.Context, kept tlscert.Kept) (tlscert.Kept, error) {
	if !v.keys.Encrypts() {
		return kept, &hawkfish.Error{
			Kind: hawkfish.Conflict, Resource: "Certificate",
			Message: "the service has no key to keep private keys with; its operator sets HAWKFISH_SECRET_KEYS",
		}
	}
	revision, err := strconv.ParseInt(kept.Version, 10, 64)
	if err != nil {
		return kept, err
	}
	var sealed hawkfish.KeptCertificate
	if len(kept.Pair) > 0 {
		shown, err := v.seal(kept.Pair, labelShown)
		if err != nil {
			return kept, err
		}
		sealed.Shown = &shown
	}
	for _, key := range kept.Pending {
		pending, err := v.seal(key, labelPending)
		if err != nil {
			return kept, err
		}
		sealed.Pending = append(sealed.Pending, pending)
	}
	after, err := v.store.KeepCertificate(ctx, revision, sealed)
	if err != nil && hawkfish.KindOf(err) == hawkfish.Stale {
		return kept, tlscert.ErrChanged
	}
	kept.Version = strconv.FormatInt(after.Revision, 10)
	return kept, err
}

func (v vault) seal(text []byte, label string) (hawkfish.Sealed, error) {
	key, data, err := v.keys.Seal(text, label)
	return hawkfish.Sealed{Key: key, Data: data}, err
}

// replaceable lets administrators put another certificate in place of the one that the service makes for itself, and
// shows the one that is in place.
func (p Parts) replaceable(ctx context.Context, keeper *tlscert.Keeper, store hawkfish.SettingsKeeper) (*tlscert.Keeper, error) {
	secrets, err := p.secrets()
	if err != nil {
		return nil, err
	}
	keeper = tlscert.Replaceable(keeper, vault{store, secrets.keys}, p.Config.StateDir)
	if err := keeper.Look(ctx); err != nil { // Follow goes on to look
		p.Log.ErrorContext(ctx, "the tls certificate that was put in place cannot be read yet", "error", err)
	}
	return keeper, nil
}
