# sushycli: sushy on the command line. It has no users, sessions or tasks; Debian's cannot set the boot source.

sushy() { command sushycli "$@" --service-endpoint $base/redfish/v1/ --username $user --password "$password" --insecure; }
web2=/redfish/v1/Systems/$(hf /redfish/v1/Systems/web2 | sed -n 's/.*"Id":"\([^"]*\)".*/\1/p')

step "version" '1\.[0-9]+\.[0-9]+' sushy version show
step "systems" 'web1.*web2.*db1' sushy system list
step "managers" 'HawkFish.*web1' sushy manager list
step "chassis" 'sim1.*web1' sushy chassis list
step "inventory of a system" 'web2.*HawkFish' sushy system inventory show --system-id "$web2"
later "boot settings and media" "issue 4"
step "power is off" 'OFF' sushy system power show --system-id "$web2"
step "power on" '' sushy system power on --system-id "$web2"
step "the system comes up" '^$' until_power web2 On
step "power is on" 'ON' sushy system power show --system-id "$web2"
step "power off" '' sushy system power off --system-id "$web2"
step "the system goes down" '^$' until_power web2 Off
