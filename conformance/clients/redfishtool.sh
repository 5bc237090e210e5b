# redfishtool: DMTF's own command line.

tool() { command redfishtool -r 127.0.0.1:8443 -u $user -p "$password" -S Always "$@"; }
db1=$(hf /redfish/v1/Systems/db1 | sed -n 's/.*"Id":"\([^"]*\)".*/\1/p')

step "versions" '/redfish/v1/' tool versions
step "root" 'ServiceRoot' tool root
step "odata" 'value' tool odata
step "metadata" 'edmx' tool metadata
step "systems, with a session" "$db1" tool -A Session Systems list
step "all systems" 'web1.*db1' tool Systems -a
step "a system by its link" "$db1" tool Systems -L "/redfish/v1/Systems/$db1" # -M finds the right one, and prints the last one that it read
step "one property" '"PowerState": "On"' tool Systems -I "$db1" get -P PowerState
step "asset tag" 'rack 9' tool Systems -I "$db1" setAssetTag "rack 9"
step "force off" '' tool Systems -I "$db1" reset ForceOff
step "the system goes down" '^$' until_power db1 Off
step "on" '' tool Systems -I "$db1" reset On
step "the system comes up" '^$' until_power db1 On
step "chassis" 'sim1' tool Chassis list
step "managers" 'HawkFish' tool Managers list
step "network protocols" 'HTTPS' tool Managers -I HawkFish NetworkProtocol
step "accounts" 'admin' tool AccountService Accounts list
step "roles" 'Administrator.*Operator.*ReadOnly' tool AccountService Roles list
step "add a user" '"UserName": "bob"' tool AccountService adduser bob hUPgd9Z4kTw Operator
step "the user logs in" 'web1' command redfishtool -r 127.0.0.1:8443 -u bob -p hUPgd9Z4kTw -S Always Systems -a
step "change the password" '' tool AccountService setpassword bob hUPgd9Z4kTx
step "change the role" 'ReadOnly' tool AccountService useradmin bob setRoleId ReadOnly
step "disable the user" 'false' tool AccountService useradmin bob disable
refused "who is disabled cannot log in" '401' command redfishtool -r 127.0.0.1:8443 -u bob -p hUPgd9Z4kTx -S Always -A Session -s Systems list
step "delete the user" '' tool AccountService deleteuser bob
step "session service" 'SessionTimeout' tool SessionService
step "session timeout" '1200' tool SessionService setSessionTimeout 1200
login=$(tool SessionService login)
id=$(sed -n 's/.*"SessionId": "\([^"]*\)".*/\1/p' <<<"$login") token=$(sed -n 's/.*"X-Auth-Token": "\([^"]*\)".*/\1/p' <<<"$login")
step "login" '^[0-9a-f-]{36} [0-9a-f]{32,}$' echo "$id $token"
step "work with the token" 'web1' command redfishtool -r 127.0.0.1:8443 -A Session -t "$token" -S Always Systems -a
step "sessions" "$id" tool SessionService Sessions list
step "logout" '' tool SessionService logout -i "$id"
step "tasks" 'TaskCollection' tool raw GET /redfish/v1/TaskService/Tasks
step "registries" 'MessageRegistryFileCollection' tool raw GET /redfish/v1/Registries
later "boot source" "issue 4"
