package api_test

import (
	"strings"
	"testing"
)

func TestSessions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	const uri = "/redfish/v1/SessionService/Sessions"
	for _, body := range []string{`{"UserName":"admin","Password":"wrong-` + password + `"}`, `{"UserName":"nobody","Password":"` + password + `"}`} {
		_, reply := s.must(401, nil, "POST", uri, body)
		if strings.Contains(string(reply.Body), password) || reply.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%+v %s", reply.Header, reply.Body)
		}
	}
	s.must(400, nil, "POST", uri, `{"UserName":"admin"}`)
	for _, path := range []string{uri, uri + "/Members", "/redfish/v1/Sessions"} {
		doc, reply := s.must(201, nil, "POST", path, `{"UserName":"admin","Password":"`+password+`"}`)
		if len(reply.Header.Get("X-Auth-Token")) < 32 || reply.Header.Get("Location") != doc["@odata.id"] || doc["UserName"] != "admin" || doc["Password"] != nil {
			t.Errorf("%s: %+v %v", path, reply.Header, doc)
		}
	}
	all, _ := s.must(200, admin, "GET", uri, "")
	if all["Members@odata.count"] != 3.0 {
		t.Fatalf("%v", all)
	}
	one := all["Members"].([]any)[0].(map[string]any)["@odata.id"].(string)
	if none, _ := s.must(200, viewer, "GET", uri, ""); none["Members@odata.count"] != 0.0 {
		t.Errorf("a viewer sees the sessions of others: %v", none)
	}
	s.must(403, viewer, "GET", one, "")
	s.must(403, viewer, "DELETE", one, "")
	own := *viewer
	accounts, _ := s.must(200, admin, "GET", "/redfish/v1/AccountService/Accounts", "")
	account := accounts["Members"].([]any)[0].(map[string]any)["@odata.id"].(string)
	own.Actor.AccountID = account[strings.LastIndexByte(account, '/')+1:]
	s.must(200, &own, "GET", one, "")
	s.must(204, &own, "DELETE", strings.Replace(one, "SessionService/", "", 1), "")
	s.must(404, admin, "GET", one, "")
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := newService(t)
	all, _ := s.must(200, viewer, "GET", "/redfish/v1/AccountService/Accounts", "")
	uri := all["Members"].([]any)[0].(map[string]any)["@odata.id"].(string)
	s.must(403, viewer, "GET", uri, "")
	doc, reply := s.must(200, admin, "GET", uri, "")
	if doc["UserName"] != "admin" || doc["Password"] != nil || reply.ETag == "" || strings.Contains(string(reply.Body), "argon2id") {
		t.Errorf("%s %v", reply.ETag, doc)
	}
	role, _ := s.must(200, viewer, "GET", at(doc, "Links/Role/@odata.id").(string), "")
	if role["RoleId"] != "Administrator" || len(role["AssignedPrivileges"].([]any)) != 5 {
		t.Errorf("%v", role)
	}
	s.must(404, viewer, "GET", "/redfish/v1/AccountService/Roles/Nope", "")
}
