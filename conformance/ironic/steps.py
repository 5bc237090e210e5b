"""What an operator asks of Ironic for one node: one line per step, PASS or FAIL, a tab, its name, a tab, what was wrong."""

import os

import agent
import services
from services import until

MEDIA = os.environ["MEDIA"]
STEPS = []


def step(name):
    return lambda function: STEPS.append((name, function)) or function


class Node:
    """The node in Ironic, and the system behind it."""

    def __init__(self):
        self.ironic, self.hawkfish = services.ironic(), services.HawkFish()
        self.uuid = None

    def at(self, below=""):
        return f"/v1/nodes/{self.uuid}{below}"

    def get(self, below=""):
        return self.ironic("GET", self.at(below))

    def idle(self):
        """The node, when Ironic has let go of it."""
        return until(self.get, lambda node: not node["reservation"])

    def put(self, below, body):
        self.idle()
        self.ironic("PUT", self.at(below), body)

    def change(self, **fields):
        self.idle()
        self.ironic("PATCH", self.at(), [{"op": "add", "path": "/" + path.replace(".", "/"), "value": value} for path, value in fields.items()])

    def provision(self, target, *ends, **more):
        """Sends the node to another provision state, and waits until it is there."""
        self.put("/states/provision", {"target": target, **more})
        node = until(self.get, lambda n: n["provision_state"] in ends or "fail" in n["provision_state"] or n["last_error"])
        assert node["provision_state"] in ends and not node["last_error"], (node["provision_state"], node["last_error"])
        return self.idle()

    def power(self, target, state):
        self.put("/states/power", {"target": target})
        node = until(self.get, lambda n: n["target_power_state"] is None and n["power_state"] == state or n["last_error"])
        assert not node["last_error"], node["last_error"]
        shown = {"power on": "On", "power off": "Off"}[state]
        until(lambda: self.hawkfish.system()["PowerState"], shown)

    def setting(self, name):
        return next(iter(self.get(f"/bios/{name}").values()))["value"]


@step("the redfish driver is there")
def _(node):
    assert "redfish" in [d["name"] for d in node.ironic("GET", "/v1/drivers")["drivers"]]


@step("create a node")
def _(node):
    node.uuid = node.ironic("POST", "/v1/nodes", {
        "name": "metal", "driver": "redfish", "resource_class": "baremetal",
        "driver_info": {
            "redfish_address": os.environ["BASE"], "redfish_system_id": node.hawkfish.path,
            "redfish_username": os.environ["USERNAME"], "redfish_password": os.environ["PASSWORD"],
            "redfish_verify_ca": os.environ["CERTIFICATE"], "deploy_iso": MEDIA + "/tiny.iso",
        },
    })["uuid"]
    node.agent = agent.Agent(node.uuid)


@step("it is valid")
def _(node):
    said = node.get("/validate")
    for interface in ("bios", "inspect", "management", "power"):
        assert said[interface]["result"], (interface, said[interface])


@step("manage it: Ironic reaches the system")
def _(node):
    assert node.provision("manage", "manageable")["power_state"] == "power on"


@step("its vendor is known")
def _(node):
    assert node.get()["properties"].get("vendor") == "HawkFish", node.get()["properties"]


@step("settings of its BIOS are cached")
def _(node):
    names = {setting["name"] for setting in node.get("/bios")["bios"]}
    assert names == set(node.hawkfish.system("/Bios")["Attributes"]), names


@step("what the system does by itself is seen")
def _(node):
    node.hawkfish("POST", node.hawkfish.path + "/Actions/ComputerSystem.Reset", {"ResetType": "ForceOff"})
    until(lambda: node.get()["power_state"], "power off")


@step("inspect it, out of band")
def _(node):
    properties = node.provision("inspect", "manageable")["properties"]
    found = {name: str(properties.get(name)) for name in ("cpus", "memory_mb", "cpu_arch", "local_gb")}
    assert found == {"cpus": "2", "memory_mb": "1024", "cpu_arch": "x86_64", "local_gb": "7"}, properties  # a GiB of the disk is left out
    assert "boot_mode:bios" in properties["capabilities"], properties


@step("a port was made of its interface")
def _(node):
    ports = node.get("/ports")["ports"]
    members = node.hawkfish.system("/EthernetInterfaces")["Members"]
    macs = [node.hawkfish("GET", m["@odata.id"])["MACAddress"].lower() for m in members]
    assert len(macs) == 1 and [p["address"] for p in ports] == macs, (ports, macs)


@step("power on")
def _(node):
    node.power("power on", "power on")
    until(node.hawkfish.booted_from, 0x80)


@step("power off, softly")
def _(node):
    node.power("soft power off", "power off")
    assert "power button" in node.hawkfish.serial()


@step("power on again, which changes nothing when repeated")
def _(node):
    node.power("power on", "power on")
    node.power("power on", "power on")


@step("reboot")
def _(node):
    before = node.hawkfish.system()["LastResetTime"]
    node.power("rebooting", "power on")
    until(lambda: node.hawkfish.system()["LastResetTime"] > before, True)


@step("reboot, softly")
def _(node):
    until(node.hawkfish.booted_from, 0x80)
    node.power("soft rebooting", "power on")


@step("power off")
def _(node):
    node.power("power off", "power off")


@step("boot devices on offer")
def _(node):
    offered = node.get("/management/boot_device/supported")["supported_boot_devices"]
    assert {"pxe", "disk", "cdrom", "bios"} <= set(offered), offered


@step("boot device for one boot")
def _(node):
    node.put("/management/boot_device", {"boot_device": "pxe", "persistent": False})
    assert node.get("/management/boot_device") == {"boot_device": "pxe", "persistent": False}, node.get("/management/boot_device")


@step("boot device for good")
def _(node):
    node.put("/management/boot_device", {"boot_device": "disk", "persistent": True})
    assert node.get("/management/boot_device") == {"boot_device": "disk", "persistent": True}, node.get("/management/boot_device")


@step("the guest boots from it")
def _(node):
    node.power("power on", "power on")
    until(node.hawkfish.booted_from, 0x80)
    node.power("power off", "power off")


def boot_mode(node, mode):
    node.put("/states/boot_mode", {"target": mode})
    until(lambda: node.get()["boot_mode"], mode)


def secure_boot(node, on):
    node.put("/states/secure_boot", {"target": on})
    until(lambda: node.get()["secure_boot"], on)


@step("boot mode")
def _(node):
    boot_mode(node, "uefi")
    assert node.hawkfish.system()["Boot"]["BootSourceOverrideMode"] == "UEFI"


@step("Secure Boot")
def _(node):
    secure_boot(node, True)
    assert node.hawkfish.system("/SecureBoot")["SecureBootEnable"] is True


@step("back to the BIOS")
def _(node):
    secure_boot(node, False)
    boot_mode(node, "bios")
    assert node.hawkfish.system()["Boot"]["BootSourceOverrideMode"] == "Legacy"


@step("a non-maskable interrupt")
def _(node):
    node.power("power on", "power on")
    node.put("/management/inject_nmi", {})


def cleaned(node, *steps):
    beats = node.agent.heartbeats
    node.provision("clean", "manageable", clean_steps=[{"interface": "bios", "step": name, "args": args} for name, args in steps])
    assert node.agent.heartbeats > beats, "no ramdisk has run"


@step("clean: settings of the BIOS, with a ramdisk from virtual media")
def _(node):
    cleaned(node, ("apply_configuration", {"settings": [{"name": "SystemClock", "value": "Local"}, {"name": "Watchdog", "value": "Reset"}]}))
    assert (node.setting("SystemClock"), node.setting("Watchdog")) == ("Local", "Reset"), node.get("/bios")
    assert node.hawkfish.system("/Bios")["Attributes"]["SystemClock"] == "Local"


@step("clean: the BIOS as it was made")
def _(node):
    cleaned(node, ("factory_reset", {}))
    assert node.setting("SystemClock") == "Utc", node.setting("SystemClock")


def put_away(node):
    """Nothing of a ramdisk is left."""
    until(node.hawkfish.drive, lambda d: not d["Inserted"] and d["Image"] is None)


@step("the ramdisk has been put away")
def _(node):
    put_away(node)
    assert node.hawkfish.system()["PowerState"] == "Off"


@step("provide it: cleaned by itself, and available")
def _(node):
    beats = node.agent.heartbeats
    node.provision("provide", "available")
    assert node.agent.heartbeats > beats, "no ramdisk has run"
    put_away(node)


@step("deploy a ramdisk")
def _(node):
    node.change(**{"instance_info.boot_iso": MEDIA + "/tiny.iso", "instance_info.capabilities": {"boot_option": "ramdisk"}})
    for interface in ("boot", "deploy"):
        assert node.get("/validate")[interface]["result"], node.get("/validate")
    node.provision("active", "active")
    until(node.hawkfish.booted_from_cd, True)
    drive = node.hawkfish.drive()
    assert drive["Inserted"] and drive["Image"].startswith(MEDIA), drive


@step("it boots the ramdisk again after a reboot")
def _(node):
    assert node.get("/management/boot_device") == {"boot_device": "cdrom", "persistent": True}, node.get("/management/boot_device")
    node.power("rebooting", "power on")
    until(node.hawkfish.booted_from_cd, True)


@step("undeploy: the ramdisk is ejected, the node cleaned and available")
def _(node):
    node.provision("deleted", "available")
    put_away(node)
    assert node.hawkfish.system()["PowerState"] == "Off"


@step("delete the node")
def _(node):
    node.idle()
    node.ironic("DELETE", node.at())


if __name__ == "__main__":
    subject = Node()
    for name, function in STEPS:
        try:
            function(subject)
            print(f"PASS\t{name}\t", flush=True)
        except Exception as error:  # whatever is wrong with one step, the others follow
            text = " ".join(f"{type(error).__name__}: {error}".split())
            print(f"FAIL\t{name}\t{text}", flush=True)
