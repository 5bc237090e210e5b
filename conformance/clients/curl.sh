# curl: the protocol itself, as a person tries it.

api=$base/redfish/v1
plain() { curl -sSk --max-time 20 "$@"; }
as_admin() { plain -u "$user:$password" -H 'Content-Type: application/json' "$@"; }
token_of() { plain -D- -o /dev/null -H 'Content-Type: application/json' -d "{\"UserName\":\"$user\",\"Password\":\"$password\"}" $api/SessionService/Sessions; }

step "the version object needs no login" '^\{"v1": ?"/redfish/v1/"\}' plain $base/redfish
step "the root needs no login" 'RedfishVersion' plain $api/
refused "systems need one" 'HTTP/[0-9.]+ 401.*[Ww][Ww][Ww]-[Aa]uthenticate: Basic' plain -i $api/Systems
step "plain HTTP is sent to https" 'https://127.0.0.1:8443/redfish/v1/Systems' plain -o /dev/null -w '%{redirect_url}' http://127.0.0.1:8443/redfish/v1/Systems
step "the certificate is the one in the state folder" 'v1' curl -sS --cacert "$REPORTS/state/tls-certificate.pem" $base/redfish

headers=$(token_of)
token=$(sed -n 's/^[Xx]-[Aa]uth-[Tt]oken: *\([^\r]*\)\r*/\1/p' <<<"$headers") session=$(sed -n 's/^[Ll]ocation: *\([^\r]*\)\r*/\1/p' <<<"$headers")
step "login gives a token and a Location" '^[0-9a-f]{32,} /redfish/v1/SessionService/Sessions/' echo "$token $session"
step "systems are listed with the token" '"Members@odata.count": ?4' plain -H "X-Auth-Token: $token" $api/Systems
step "a system by its name" '"Name": ?"web1"' as_admin $api/Systems/web1
step "the list with members, narrowed to two properties" '"PowerState"' as_admin "$api/Systems?\$expand=.&\$select=Name,PowerState"
step "a filter" '"Members@odata.count": ?1[,}]' as_admin "$api/Systems?\$filter=Name%20eq%20'db1'"
step "pages" '"Members@odata.nextLink"' as_admin "$api/Systems?\$top=2"
step "HEAD has no body" '^200 0$' as_admin -I -o /dev/null -w '%{http_code} %{size_download}' $api/Systems/web1
step "what has not changed is not sent again" '^304$' as_admin -o /dev/null -w '%{http_code}' -H "If-None-Match: $(as_admin -I $api/Systems/web1 | sed -n 's/^[Ee][Tt]ag: *\([^\r]*\)\r*/\1/p')" $api/Systems/web1
refused "a change of what has changed meanwhile is refused" '^412$' as_admin -o /dev/null -w '%{http_code}' -X PATCH -H 'If-Match: "0"' -d '{"AssetTag":"x"}' $api/Systems/web1
refused "an unknown property is named" 'Bogus' as_admin -X PATCH -d '{"Bogus":1}' $api/Systems/web1
refused "an unknown method says which there are" 'HTTP/[0-9.]+ 405.*[Aa]llow: [A-Z, ]*GET' as_admin -i -X PUT -d '{}' $api/Systems/web1

monitor=$(as_admin -D- -o /dev/null -d '{"ResetType":"ForceOff"}' $api/Systems/web1/Actions/ComputerSystem.Reset | sed -n 's/^[Ll]ocation: *\([^\r]*\)\r*/\1/p')
step "a reset is a task with a monitor" '/redfish/v1/TaskService/TaskMonitors/' echo "$monitor"
step "the system is off" '^$' until_power web1 Off
step "boot from the CD, once" '"BootSourceOverrideEnabled": ?"Once"' as_admin -X PATCH -d '{"Boot":{"BootSourceOverrideTarget":"Cd","BootSourceOverrideEnabled":"Once"}}' $api/Systems/web1
medium=$(as_admin -D- -o /dev/null -d '{"Image":"'$media'/boot.iso"}' $api/Systems/web1/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia | sed -n 's/^[Ll]ocation: *\([^\r]*\)\r*/\1/p')
step "inserting a medium is a task" '/redfish/v1/TaskService/TaskMonitors/' echo "$medium"
step "a start waits for it" '^202$' as_admin -o /dev/null -w '%{http_code}' -d '{"ResetType":"On"}' $api/Systems/web1/Actions/ComputerSystem.Reset
step "the system is on" '^$' until_power web1 On
step "the medium is in the drive" '"Inserted": ?true' as_admin $api/Managers/web1/VirtualMedia/Cd
step "the override has been used up" '^$' until_shows Systems/web1 '"BootSourceOverrideEnabled":"Disabled"'
refused "another medium needs an empty drive" '^409$' as_admin -o /dev/null -w '%{http_code}' -d '{"Image":"'$media'/disk.img"}' $api/Systems/web1/VirtualMedia/Cd/Actions/VirtualMedia.InsertMedia
step "ejecting needs no body" '^202$' plain -u "$user:$password" -X POST -o /dev/null -w '%{http_code}' $api/Systems/web1/VirtualMedia/Cd/Actions/VirtualMedia.EjectMedia
step "the drive is empty" '^$' until_shows Systems/web1/VirtualMedia/Cd '"Image":null.*"Inserted":false|"Inserted":false.*"Image":null'
step "settings of the BIOS" '"PrimaryBootDevice"' as_admin $api/Systems/web1/Bios
step "a setting that waits for a reset" '^20[02]$' as_admin -o /dev/null -w '%{http_code}' -X PATCH -d '{"Attributes":{"SystemClock":"Local"},"@Redfish.SettingsApplyTime":{"@odata.type":"#Settings.v1_5_0.PreferredApplyTime","ApplyTime":"OnReset"}}' $api/Systems/web1/Bios/Settings
step "is pending" '"SystemClock": ?"Utc"' as_admin $api/Systems/web1/Bios
step "a restart applies it" '^202$' as_admin -o /dev/null -w '%{http_code}' -d '{"ResetType":"PowerCycle"}' $api/Systems/web1/Actions/ComputerSystem.Reset
step "it is applied" '^$' until_shows Systems/web1/Bios '"SystemClock":"Local"'
step "the monitor gives the operation's own answer" '^20[04]$' as_admin -o /dev/null -w '%{http_code}' "$base$monitor"
step "the task is in the list" '"TaskState": ?"Completed"' as_admin "$api/TaskService/Tasks?\$expand=."
step "provisioning is accepted" '^202$' as_admin -o /dev/null -w '%{http_code}' -d '{"Name":"curly","CPU":1,"MemoryMiB":64,"DiskGiB":1,"Image":"tiny:1"}' $api/Systems
step "the new system comes up" '^$' until_power curly On
step "it can be deleted" '^202$' as_admin -o /dev/null -w '%{http_code}' -X DELETE $api/Systems/curly
step "logout" '^204$' plain -o /dev/null -w '%{http_code}' -X DELETE -H "X-Auth-Token: $token" "$base$session"
refused "the token is worth nothing then" '^401$' plain -o /dev/null -w '%{http_code}' -H "X-Auth-Token: $token" $api/Systems
step "OpenAPI for tools" '"openapi": ?"3.1' plain $api/openapi.json
