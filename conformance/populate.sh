# populate.sh - sourced after stack.sh: fill the fleet with one of everything, in as many states as there are.

populate() {
    local systems=/redfish/v1/Systems images=/redfish/v1/Oem/HawkFish/Images projects=/redfish/v1/Oem/HawkFish/Projects
    local accounts=/redfish/v1/AccountService/Accounts name
    hf -d '{"Name":"tiny","Version":"1","Format":"raw","URL":"file://'"$1"'/state/images/tiny.img"}' $images
    hf -d '{"Name":"unreachable","Version":"1","URL":"https://198.51.100.1/gone.qcow2"}' $images
    hf -d '{"Name":"lab","Description":"A project with limits","Labels":{"cost-centre":"42"},"Quotas":{"Systems":4,"MemoryGiB":8}}' $projects
    hf -d '{"UserName":"ada","Password":"hUPgd9Z4kTw","RoleId":"Operator"}' $accounts
    hf -d '{"UserName":"grace","Password":"hUPgd9Z4kTw","RoleId":"ReadOnly","PasswordChangeRequired":true}' $accounts
    hf -d '{"RoleId":"Auditor","AssignedPrivileges":["Login"]}' /redfish/v1/AccountService/Roles
    hf -d '{"User":"ada","Role":"operator"}' $projects/lab/Members
    hf -d '{"UserName":"ada","Password":"hUPgd9Z4kTw"}' /redfish/v1/SessionService/Sessions
    settle 1
    for name in web1 web2 db1 old; do
        hf -d '{"Name":"'$name'","CPU":1,"MemoryMiB":64,"DiskGiB":1,"Image":"tiny:1"}' $systems
    done
    hf -d '{"Name":"bare","CPU":2,"MemoryMiB":1536,"DiskGiB":1,"Project":"lab","Boot":{"Primary":"Pxe"}}' $systems
    settle 1
    hf -d '{"ResetType":"GracefulShutdown"}' $systems/web2/Actions/ComputerSystem.Reset
    hf -d '{"ResetType":"PowerCycle"}' $systems/db1/Actions/ComputerSystem.Reset
    hf -X PATCH -d '{"AssetTag":"rack 7"}' $systems/web1
    hf -X DELETE $systems/old
    hf -d '{"ResetType":"On"}' $systems/nosuch/Actions/ComputerSystem.Reset 2>/dev/null || true # the audit trail keeps what was refused
    settle 1 # all but the import that cannot succeed, and goes on trying
} >/dev/null
