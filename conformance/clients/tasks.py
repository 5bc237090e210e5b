"""Reads what Ansible's json callback prints; writes one line per task: PASS or FAIL, a tab, its name, a tab, what was said."""

import json
import sys

for play in json.load(sys.stdin)["plays"]:
    for task in play["tasks"]:
        said = task["hosts"]["localhost"]
        result = "FAIL" if said.get("failed") or said.get("unreachable") else "PASS"
        print(result, task["task"]["name"], " ".join(json.dumps(said).split()), sep="\t")
