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
step "processors" '"InstructionSet": "x86-64"' tool Systems -I "$db1" Processors -a
step "interfaces" '"MACAddress": "52:54:00' tool Systems -I "$db1" EthernetInterfaces -a
step "simple storage" '"CapacityBytes": 1073741824' tool Systems -I "$db1" SimpleStorage -a
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
step "boot from the network, once" 'BootSourceOverrideTarget": "Pxe' tool Systems -I "$db1" setBootOverride Once Pxe
step "it reads back" '"BootSourceOverrideEnabled": "Once"' tool Systems -I "$db1" get -P Boot
step "off, and on again" '' tool Systems -I "$db1" reset PowerCycle
step "once was once" '^$' until_shows Systems/db1 '"BootSourceOverrideEnabled":"Disabled"'
step "boot from the CD from now on" 'Continuous' tool Systems -I "$db1" setBootOverride Continuous Cd
step "another start does not change it" '' tool Systems -I "$db1" reset ForceRestart
step "it still reads back" '"BootSourceOverrideEnabled": "Continuous"' tool Systems -I "$db1" get -P Boot
step "no override" '"BootSourceOverrideEnabled": "Disabled"' tool Systems -I "$db1" setBootOverride Disabled
refused "what systems do not boot from" 'not supported by the remote service' tool Systems -I "$db1" setBootOverride Once Diags
step "processors" 'Members@odata.count": 1|ProcessorType' tool Systems -I "$db1" Processors list
step "interfaces" 'MACAddress|EthernetInterfaces' tool Systems -I "$db1" EthernetInterfaces list
step "simple storage" 'Members|SimpleStorage' tool Systems -I "$db1" SimpleStorage list
step "logs" 'LogServices' tool Systems -I "$db1" Logs list
step "a drive" '"MediaTypes"' tool raw GET "/redfish/v1/Managers/$db1/VirtualMedia/Cd"
step "insert a medium" '' tool raw POST "/redfish/v1/Managers/$db1/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia" -d "{\"Image\":\"$media/boot.iso\"}"
step "it is inserted" '^$' until_shows "Systems/$db1/VirtualMedia/Cd" '"Inserted":true'
step "eject it" '' tool raw POST "/redfish/v1/Managers/$db1/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia" -d '{}'
step "it is out" '^$' until_shows "Systems/$db1/VirtualMedia/Cd" '"Inserted":false'
