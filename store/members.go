package store

import (
	"context"

	"github.com/projectbeskar/hawkfish"
	"github.com/projectbeskar/hawkfish/store/db"
)

// ListMembers orders by user name.
func (s *Store) ListMembers(ctx context.Context, projectID string) ([]hawkfish.Member, error) {
	return ask(ctx, s, subject{resourceProject, projectID}, func(ctx context.Context, q *db.Queries) ([]hawkfish.Member, error) {
		rows, err := q.ListMembers(ctx, projectID)
		members := make([]hawkfish.Member, len(rows))
		for i, row := range rows {
			members[i] = member(row.AccountProject, row.UserName)
		}
		return members, err
	})
}

// FindMember takes the IDs of both. NotFound.
func (s *Store) FindMember(ctx context.Context, projectID, accountID string) (hawkfish.Member, error) {
	on := subject{resourceMember, accountID}
	if !isID(projectID) || !isID(accountID) {
		return hawkfish.Member{}, on.missing()
	}
	return ask(ctx, s, on, func(ctx context.Context, q *db.Queries) (hawkfish.Member, error) {
		return memberByAccount(ctx, q, projectID, accountID)
	})
}

func memberByAccount(ctx context.Context, q *db.Queries, projectID, accountID string) (hawkfish.Member, error) {
	row, err := q.MemberByAccount(ctx, db.MemberByAccountParams{ProjectID: projectID, AccountID: accountID})
	return member(row.AccountProject, row.UserName), err
}

// AddMember returns Exists for one who is a member already; NotFound when there is no such project or account.
func (s *Store) AddMember(ctx context.Context, m hawkfish.Member) (hawkfish.Member, error) {
	return transact(ctx, s, subject{resourceMember, m.UserName}, func(ctx context.Context, q *db.Queries) (hawkfish.Member, error) {
		err := q.InsertMember(ctx, db.InsertMemberParams{ProjectID: m.ProjectID, AccountID: m.AccountID, Role: string(m.Role)})
		if err != nil {
			return hawkfish.Member{}, err
		}
		return memberByAccount(ctx, q, m.ProjectID, m.AccountID)
	})
}

// UpdateMember changes the role. Stale, NotFound.
func (s *Store) UpdateMember(ctx context.Context, m hawkfish.Member, revision int64) (hawkfish.Member, error) {
	return transact(ctx, s, subject{resourceMember, m.AccountID}, func(ctx context.Context, q *db.Queries) (hawkfish.Member, error) {
		met, err := q.UpdateMember(ctx, db.UpdateMemberParams{ProjectID: m.ProjectID, AccountID: m.AccountID, Role: string(m.Role), Expected: revision})
		if err == nil && met == 0 {
			err = noMember(ctx, q, m.ProjectID, m.AccountID)
		}
		if err != nil {
			return hawkfish.Member{}, err
		}
		return memberByAccount(ctx, q, m.ProjectID, m.AccountID)
	})
}

// RemoveMember fails as UpdateMember does.
func (s *Store) RemoveMember(ctx context.Context, projectID, accountID string, revision int64) error {
	_, err := ask(ctx, s, subject{resourceMember, accountID}, func(ctx context.Context, q *db.Queries) (int64, error) {
		met, err := q.DeleteMember(ctx, db.DeleteMemberParams{ProjectID: projectID, AccountID: accountID, Expected: revision})
		if err == nil && met == 0 {
			err = noMember(ctx, q, projectID, accountID)
		}
		return met, err
	})
	return err
}

func noMember(ctx context.Context, q *db.Queries, projectID, accountID string) error {
	find := func(ctx context.Context, p db.MemberByAccountParams) (db.MemberByAccountRow, error) {
		return q.MemberByAccount(ctx, p)
	}
	return stale(ctx, subject{resourceMember, accountID}, find, db.MemberByAccountParams{ProjectID: projectID, AccountID: accountID})()
}

func member(r db.AccountProject, userName string) hawkfish.Member {
	return hawkfish.Member{
		ProjectID: r.ProjectID, AccountID: r.AccountID, UserName: userName, Role: hawkfish.ProjectRole(deref(r.Role)), Revision: r.Revision,
	}
}
