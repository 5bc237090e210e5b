package cached_test

import (
	"crypto/sha256"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/storetest"
)

// BenchmarkReads measures what the API does for a GET: the session, its account, the system; and the whole list.
func BenchmarkReads(b *testing.B) {
	src := newSource(storetest.New(b))
	c := follow(b, src)
	f := fleet(b, c)
	s := f.Ready(b, "web1", nil)
	for i := range 999 {
		f.Provisioning(b, fmt.Sprint("s", i), nil)
	}
	account, err := c.CreateAccount(b.Context(), hawkfish.Account{UserName: "ada", RoleID: "Operator", Enabled: true})
	require.NoError(b, err)
	hash := sha256.Sum256([]byte("token"))
	_, err = c.OpenSession(b.Context(), hawkfish.Session{TokenHash: hash[:], AccountID: account.ID}, time.Minute)
	require.NoError(b, err)
	member := hawkfish.Scope{Projects: []string{f.Project}}

	for _, read := range []struct {
		name string
		do   func() error
	}{
		{"FindSystem", func() error { _, err := c.FindSystem(b.Context(), member, s.ID); return err }},
		{"FindSystem/by-name", func() error { _, err := c.FindSystem(b.Context(), member, s.Name); return err }},
		{"FindSessionByToken", func() error { _, err := c.FindSessionByToken(b.Context(), hash[:]); return err }},
		{"FindAccount", func() error { _, err := c.FindAccount(b.Context(), account.ID); return err }},
		{"SystemIDs/1000", func() error { _, _, err := c.SystemIDs(b.Context(), member, hawkfish.Page{}); return err }},
	} {
		b.Run(read.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := read.do(); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
