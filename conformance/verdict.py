"""verdict.py REPORTS KNOWN: read what DMTF's validators reported, and compare it with a list of what is known.

REPORTS is the folder that validators.sh fills; KNOWN a Markdown file whose tables have the columns
Report, Resource, Finding and Reason. The first three are shell patterns. Exits 1 when there is a finding
that no row explains, 2 when a report is missing.
"""

import csv
import fnmatch
import pathlib
import re
import sys
from collections import Counter, namedtuple

import openpyxl

Finding = namedtuple("Finding", "report result resource text")


def service(folder):
    """The Service Validator's workbook: a row per property of each resource."""
    book = openpyxl.load_workbook(next(folder.glob("service/*/*.xlsx")), read_only=True)
    rows = book["Results"].iter_rows(min_row=2, values_only=True)
    for _, uri, _, _, _, name, value, result, message in rows:
        yield Finding("service", {"SKIP": "NOT TESTED"}.get(result, result), uri, f"{name} ({value}): {message}")


def protocol(folder):
    """The Protocol Validator's table: a row per assertion and response."""
    with open(next(folder.glob("protocol/*.tsv")), newline="") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            yield Finding("protocol", row["Result"].replace("_", " "), row["URI"], f"{row['Assertion']}: {row['Message']}")


def interop(profile):
    """The Interop Validator's log: findings below their resource, and the counts of the rest."""

    def read(folder):
        text = next(folder.glob(f"{profile}/ConformanceLog_*.txt")).read_text()
        listing, uri = text.partition("Listing any warnings and errors")[2], ""
        for line in listing.splitlines():
            if found := re.match(r"INFO - (/\S*)", line):
                uri = found[1]
            elif found := re.match(r"(ERROR|WARNING) - (.*?)[ .]*$", line):
                yield Finding(profile, {"ERROR": "FAIL"}.get(found[1], "WARN"), uri, found[2])
        said = (folder / f"{profile}.log").read_text()
        for result, count in re.findall(r"\| (Pass|Not Tested) +\| +(\d+) \|", said):
            yield from [Finding(profile, result.upper(), "", "")] * int(count)

    return read


def known(path):
    """The rows of the tables of a Markdown file."""
    for line in path.read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and cells[0] != "Report" and not set(cells[0]) <= set("-: "):
            yield tuple(cells)


def main(folder, list_of_known):
    folder = pathlib.Path(folder)
    profiles = sorted(log.stem for log in folder.glob("*.log") if log.stem[:1].isupper())
    readers = {"service": service, "protocol": protocol} | {name: interop(name) for name in profiles}
    rows = {row: 0 for row in known(pathlib.Path(list_of_known))}
    unknown, missing = [], []
    results = ("PASS", "WARN", "FAIL", "NOT TESTED")
    print(f"{'report':42}" + "".join(f"{result:>12}" for result in (*results, "known")))
    for name, read in readers.items():
        counts, explained = Counter(), 0
        try:
            for finding in read(folder):
                counts[finding.result] += 1
                if finding.result not in ("WARN", "FAIL"):
                    continue
                row = next((row for row in rows if explains(row, finding)), None)
                if row:
                    rows[row] += 1
                    explained += 1
                else:
                    unknown.append(finding)
        except StopIteration:
            missing.append(name)
        print(f"{name:42}" + "".join(f"{counts[result]:12}" for result in results) + f"{explained:12}")
        if not counts["PASS"]:
            missing.append(name)
    for finding in unknown:
        print(f"{finding.result}  {finding.report}  {finding.resource}  {finding.text}")
    for row, count in rows.items():
        if not count:
            print("known.md explains what was not found:", *row[:3])
    for name in missing:
        print(f"{name} has no report: see {folder / name}.log")
    return 2 if missing else int(bool(unknown))


def explains(row, finding):
    return all(fnmatch.fnmatchcase(part, pattern) for part, pattern in zip((finding.report, finding.resource, finding.text), row))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
