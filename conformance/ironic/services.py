"""The two services that the steps talk to: Ironic, and HawkFish behind its back."""

import base64
import json
import os
import ssl
import time
import urllib.error
import urllib.request

# How long Ironic may take for one wish; it polls every few seconds, and the machine may be busy.
PATIENCE = 90


class Refused(Exception):
    """A service has answered with an error."""


def until(question, wanted, seconds=PATIENCE):
    """Asks until the answer is as wanted: equal, or what a function says yes to."""
    good = wanted if callable(wanted) else lambda answer: answer == wanted
    end = time.monotonic() + seconds
    while not good(answer := question()):
        assert time.monotonic() < end, f"still {answer!r} after {seconds} s"
        time.sleep(0.3)
    return answer


class Service:
    """JSON over HTTP."""

    def __init__(self, base, headers, context=None):
        self.base, self.headers, self.context = base, headers, context

    def __call__(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, {"Content-Type": "application/json", **self.headers}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60, context=self.context) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path}: {error.code} {error.read().decode(errors='replace')[:800]}") from None
        return json.loads(text) if text else None


def ironic():
    return Service(os.environ["IRONIC"], {"X-OpenStack-Ironic-API-Version": "latest", "Accept": "application/json"})


class HawkFish(Service):
    """The system itself, as it is told to others than Ironic."""

    def __init__(self):
        login = base64.b64encode(f"{os.environ['USERNAME']}:{os.environ['PASSWORD']}".encode()).decode()
        trust = ssl.create_default_context(cafile=os.environ["CERTIFICATE"])
        super().__init__(os.environ["BASE"], {"Authorization": "Basic " + login}, trust)
        self.path = "/redfish/v1/Systems/" + os.environ["SYSTEM"]

    def system(self, below=""):
        return self("GET", self.path + below)

    def drive(self):
        return self.system("/VirtualMedia/Cd")

    def serial(self):
        """What the guest has printed since it was last started from off."""
        return self.system("/Oem/HawkFish/SerialLog")["Output"]

    def booted_from(self):
        """The drive that the guest that runs says it has booted from last, in the BIOS's numbers: 80 is the disk, from E0 on CDs."""
        if self.system()["PowerState"] != "On":
            return None
        boots = [line for line in self.serial().splitlines() if line.startswith("TINY boot")]
        return int(boots[-1].split("drive=")[1].split()[0], 16) if boots else None

    def booted_from_cd(self):
        return (self.booted_from() or 0) >= 0xE0
