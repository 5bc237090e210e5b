"""What Ironic does with sushy: one line per step, PASS or FAIL, a tab, its name, a tab, what was wrong."""

import os
import time
import warnings

import sushy
from sushy import auth

warnings.filterwarnings("ignore")  # of certificates that are not checked
BASE, USER, PASSWORD, MEDIA = (os.environ[name] for name in ("BASE", "USERNAME", "PASSWORD", "MEDIA"))
STEPS = []


def step(name):
    return lambda function: STEPS.append((name, function)) or function


def until(question, wanted, seconds=20):
    """Polls as Ironic does, until the answer is what is wanted."""
    end = time.monotonic() + seconds
    while (answer := question()) != wanted:
        assert time.monotonic() < end, f"{answer}, not {wanted}"
        time.sleep(0.2)


def power(system):
    system.refresh(force=True)
    return system.power_state


@step("connect with a session, or Basic")
def _(ctx):
    ctx.root = sushy.Sushy(BASE, auth=auth.SessionOrBasicAuth(USER, PASSWORD), verify=False)
    assert ctx.root.redfish_version.startswith("1."), ctx.root.redfish_version


@step("connect with Basic only")
def _(ctx):
    assert sushy.Sushy(BASE, auth=auth.BasicAuth(USER, PASSWORD), verify=False).get_system_collection().members_identities


@step("a wrong password is an AccessError")
def _(ctx):
    try:
        sushy.Sushy(BASE, auth=auth.SessionAuth(USER, "wrong"), verify=False)
    except sushy.exceptions.AccessError:
        return
    raise AssertionError("logged in")


@step("list systems")
def _(ctx):
    members = {s.name: s for s in ctx.root.get_system_collection().get_members()}
    assert {"web1", "web2", "db1", "bare"} <= set(members), members
    ctx.system = ctx.root.get_system(members["bare"].path)


@step("inventory of a system")
def _(ctx):
    s = ctx.system
    assert (s.name, s.uuid, s.manufacturer) == ("bare", s.identity, "HawkFish"), (s.name, s.uuid, s.manufacturer)
    assert s.memory_summary.size_gib == 1, s.memory_summary.size_gib  # sushy cuts 1.5 off
    assert s.status.health == sushy.HEALTH_OK, s.status


@step("what Ironic inspects: processors, interfaces, storage")
def _(ctx):
    s = ctx.system
    cpu = s.processors.get_members()[0]
    assert (cpu.processor_architecture, cpu.total_threads) == (sushy.ProcessorArchitecture.X86, 2), (cpu.processor_architecture, cpu.total_threads)
    assert s.processors.summary == (2, sushy.ProcessorArchitecture.X86), s.processors.summary
    web1 = next(m for m in ctx.root.get_system_collection().get_members() if m.name == "web1")
    macs = web1.ethernet_interfaces.summary
    assert len(macs) == 1 and list(macs.values()) == [sushy.STATE_ENABLED], macs
    assert s.simple_storage.max_size_bytes == s.storage.max_drive_size_bytes == s.storage.max_volume_size_bytes == 1 << 30, s.simple_storage.disks_sizes_bytes
    volumes = s.storage.get_members()[0].volumes
    assert volumes.operation_apply_time_support.supported_values == ["Immediate"], volumes.operation_apply_time_support


@step("boot settings can be read")
def _(ctx):
    assert ctx.system.boot.enabled == sushy.BOOT_SOURCE_ENABLED_DISABLED, ctx.system.boot


@step("resets on offer")
def _(ctx):
    assert {sushy.RESET_ON, sushy.RESET_FORCE_OFF, sushy.RESET_GRACEFUL_SHUTDOWN} <= ctx.system.get_allowed_reset_system_values()


@step("power off")
def _(ctx):
    ctx.system.reset_system(sushy.RESET_FORCE_OFF)
    until(lambda: power(ctx.system), sushy.POWER_STATE_OFF)


@step("power off what is off already")
def _(ctx):
    ctx.system.reset_system(sushy.RESET_FORCE_OFF)
    until(lambda: power(ctx.system), sushy.POWER_STATE_OFF)


@step("power on")
def _(ctx):
    ctx.system.reset_system(sushy.RESET_ON)
    until(lambda: power(ctx.system), sushy.POWER_STATE_ON)


@step("graceful restart")
def _(ctx):
    ctx.system.reset_system(sushy.RESET_GRACEFUL_RESTART)
    until(lambda: power(ctx.system), sushy.POWER_STATE_ON)


@step("boot from the network, once")
def _(ctx):
    ctx.system.set_system_boot_source(sushy.BOOT_SOURCE_TARGET_PXE, enabled=sushy.BOOT_SOURCE_ENABLED_ONCE)
    ctx.system.refresh(force=True)
    assert (ctx.system.boot.target, ctx.system.boot.enabled) == (sushy.BOOT_SOURCE_TARGET_PXE, sushy.BOOT_SOURCE_ENABLED_ONCE), ctx.system.boot


@step("once is once")
def _(ctx):
    def override():
        ctx.system.refresh(force=True)
        return ctx.system.boot.enabled

    ctx.system.reset_system(sushy.RESET_FORCE_RESTART)
    until(override, sushy.BOOT_SOURCE_ENABLED_DISABLED)


@step("boot mode")
def _(ctx):
    ctx.system.set_system_boot_options(mode=sushy.BOOT_SOURCE_MODE_UEFI)
    ctx.system.refresh(force=True)
    assert ctx.system.boot.mode == sushy.BOOT_SOURCE_MODE_UEFI, ctx.system.boot
    ctx.system.set_system_boot_options(mode=sushy.BOOT_SOURCE_MODE_BIOS)


@step("boot sources on offer")
def _(ctx):
    assert {sushy.BOOT_SOURCE_TARGET_CD, sushy.BOOT_SOURCE_TARGET_PXE, sushy.BOOT_SOURCE_TARGET_HDD} <= ctx.system.get_allowed_system_boot_source_values()


def drive(ctx):
    media = [m for m in ctx.system.managers[0].virtual_media.get_members() if sushy.VIRTUAL_MEDIA_CD in m.media_types]
    assert len(media) == 1, media
    return media[0]


@step("insert a medium")
def _(ctx):
    drive(ctx).insert_media(MEDIA + "/boot.iso", inserted=True, write_protected=True)
    until(lambda: ctx.system.managers[0].virtual_media.refresh(force=True) or drive(ctx).inserted, True)
    assert drive(ctx).image == MEDIA + "/boot.iso", drive(ctx).image


@step("eject it")
def _(ctx):
    drive(ctx).eject_media()
    until(lambda: ctx.system.managers[0].virtual_media.refresh(force=True) or drive(ctx).inserted, False)


@step("processors")
def _(ctx):
    summary = ctx.system.processors.summary
    assert summary.count == 2 and summary.architecture == sushy.ProcessorArchitecture.X86, summary


@step("interfaces")
def _(ctx):
    assert len(ctx.system.ethernet_interfaces.summary) == 1, ctx.system.ethernet_interfaces.summary


@step("storage")
def _(ctx):
    assert ctx.system.storage.drives_sizes_bytes == [1 << 30], ctx.system.storage.drives_sizes_bytes
    assert ctx.system.simple_storage.disks_sizes_bytes == [1 << 30], ctx.system.simple_storage.disks_sizes_bytes


@step("settings of the BIOS")
def _(ctx):
    bios = ctx.system.bios
    assert bios.attributes["SystemClock"] == "Utc", bios.attributes
    bios.set_attribute("SystemClock", "Local", apply_time=sushy.APPLY_TIME_ON_RESET)
    bios.refresh(force=True)
    assert bios.pending_attributes["SystemClock"] == "Local", bios.pending_attributes


@step("they are applied at the next start")
def _(ctx):
    def clock():
        ctx.system.bios.refresh(force=True)
        return ctx.system.bios.attributes["SystemClock"]

    ctx.system.reset_system(sushy.RESET_FORCE_RESTART)
    ctx.system.reset_system(sushy.RESET_FORCE_OFF)
    ctx.system.reset_system(sushy.RESET_ON)
    until(clock, "Local")


@step("Secure Boot")
def _(ctx):
    assert ctx.system.secure_boot.enabled is False, ctx.system.secure_boot


@step("a system's manager, and back")
def _(ctx):
    manager = ctx.system.managers[0]
    assert manager.manager_type == sushy.MANAGER_TYPE_BMC and manager.uuid, manager.manager_type
    assert ctx.system.path in [s.path for s in manager.systems], manager.systems


@step("a system's chassis")
def _(ctx):
    assert ctx.system.chassis[0].name, ctx.system.chassis


@step("all chassis")
def _(ctx):
    assert {"sim1", "sim2"} <= {c.name for c in ctx.root.get_chassis_collection().get_members()}


@step("sessions")
def _(ctx):
    service = ctx.root.get_session_service()
    assert service.session_timeout and ctx.root.get_session(service.sessions.members_identities[0]).username


@step("tasks")
def _(ctx):
    tasks = ctx.root.get_task_service().tasks.get_members()
    assert any(t.task_state == sushy.TASK_STATE_COMPLETED for t in tasks), [t.task_state for t in tasks]


@step("a missing system is a ResourceNotFoundError")
def _(ctx):
    try:
        ctx.root.get_system("/redfish/v1/Systems/nosuch")
    except sushy.exceptions.ResourceNotFoundError:
        return
    raise AssertionError("found")


@step("logout")
def _(ctx):
    ctx.root._auth.close()


class Context:
    pass


if __name__ == "__main__":
    context = Context()
    for name, function in STEPS:
        try:
            function(context)
            print(f"PASS\t{name}\t", flush=True)
        except Exception as error:  # whatever is wrong with one step, the others follow
            text = " ".join(f"{type(error).__name__}: {error}".split())
            print(f"FAIL\t{name}\t{text}", flush=True)
