# sushycli: sushy on the command line. It has no users, sessions or tasks; Debian's can neither show nor set the boot source.

sushy() { command sushycli "$@" --service-endpoint $base/redfish/v1/ --username $user --password "$password" --insecure; }
web2=/redfish/v1/Systems/$(hf /redfish/v1/Systems/web2 | sed -n 's/.*"Id":"\([^"]*\)".*/\1/p')

step "version" '1\.[0-9]+\.[0-9]+' sushy version show
step "systems" 'web1.*web2.*db1' sushy system list
step "managers" 'HawkFish.*web1' sushy manager list
step "chassis" 'sim1.*web1' sushy chassis list
step "inventory of a system" 'web2.*HawkFish' sushy system inventory show --system-id "$web2"
step "BIOS" 'PrimaryBootDevice' sushy system bios show --system-id "$web2"
step "set an attribute" '' sushy system bios set SystemClock=Local --system-id "$web2"
step "it is set with the next start" '^$' until_shows Systems/web2/Bios/Settings '"SystemClock":"Local"'
step "reset the BIOS" '' sushy system bios reset --system-id "$web2"
step "it will be as it was" '^$' until_shows Systems/web2/Bios/Settings '"SystemClock":"Utc"'
manager=/redfish/v1/Managers/${web2##*/}
step "drives" 'VirtualMedia/Cd' sushy manager vmedia list --manager-id "$manager"
step "insert a medium" '' sushy manager vmedia insert --manager-id "$manager" --device-id "$manager/VirtualMedia/Cd" --image $media/boot.iso
step "it is inserted" '^$' until_shows Systems/web2/VirtualMedia/Cd '"Inserted":true'
step "eject it" '' sushy manager vmedia eject --manager-id "$manager" --device-id "$manager/VirtualMedia/Cd"
step "it is out" '^$' until_shows Systems/web2/VirtualMedia/Cd '"Inserted":false'
step "power is off" 'OFF' sushy system power show --system-id "$web2"
step "power on" '' sushy system power on --system-id "$web2"
step "the system comes up" '^$' until_power web2 On
step "power is on" 'ON' sushy system power show --system-id "$web2"
step "power off" '' sushy system power off --system-id "$web2"
step "the system goes down" '^$' until_power web2 Off
