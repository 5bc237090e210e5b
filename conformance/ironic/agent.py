"""Speaks for the ramdisk: the few words of ironic-python-agent that cleaning needs.

The ramdisk here is 2 KiB and has no network, so what it would say is said for it, but only while the guest truly
runs it: its serial line must say that it has booted from the CD."""

import http.server
import json
import threading
import time

import services

VERSION = "9.4.0"
ANSWERS = {
    "clean.get_clean_steps": {"clean_steps": {}, "hardware_manager_version": {"tiny": "1"}},
    "deploy.get_deploy_steps": {"deploy_steps": {}, "hardware_manager_version": {"tiny": "1"}},
}


class Commands(http.server.BaseHTTPRequestHandler):
    """What Ironic asks of the agent."""

    def do_GET(self):
        self.answer({"commands": []})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer({"id": "1", "command_name": asked["name"], "command_params": {}, "command_status": "SUCCEEDED",
                     "command_error": None, "command_result": ANSWERS.get(asked["name"])})

    def answer(self, body):
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Agent:
    """Tells Ironic of a node's ramdisk for as long as it is waited for."""

    def __init__(self, node):
        self.node, self.ironic, self.hawkfish = node, services.ironic(), services.HawkFish()
        self.heartbeats = 0
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Commands)
        self.url = f"http://127.0.0.1:{server.server_port}"
        for run in (server.serve_forever, self.run):
            threading.Thread(target=run, daemon=True).start()

    def run(self):
        while True:
            time.sleep(1)
            try:
                self.beat()
            except (services.Refused, OSError):  # it is locked while Ironic works on it
                pass

    def beat(self):
        node = self.ironic("GET", f"/v1/nodes/{self.node}")
        if node["provision_state"] not in ("clean wait", "wait call-back") or node["reservation"]:
            return
        if not self.hawkfish.booted_from_cd():
            return
        token = self.ironic("GET", f"/v1/lookup?node_uuid={self.node}")["config"]["agent_token"]
        if token == "******":  # it is told once
            token = self.token
        self.token = token
        self.ironic("POST", f"/v1/heartbeat/{self.node}", {
            "callback_url": self.url, "agent_version": VERSION, "agent_token": token})
        self.heartbeats += 1
        time.sleep(4)
