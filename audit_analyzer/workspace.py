"""A workspace folder: made, held by one run at a time, and described by its audit.toml."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from audit_analyzer.errors import AuditError, UsageError, WorkspaceHeld

AUDIT_TOML = """\
# What the exports do not say of themselves. Every line is optional; what is left out is assumed, and the report says so.
# A line that starts with # is a remark: take the # away to use it.

# Clause packs that bind a system which names none of its own (`audit-analyzer rules clauses` lists them).
packs = ["dhs-026-11"]

# --- Deliveries: which files come from which source, system and time zone. The first pattern that fits counts.
# [[delivery]]
# files  = "portal/*.csv"              # a pattern over the path as delivered; * also crosses folders
# source = "vendor_portal"             # without it the content decides; "none": these files are no exports
# system = "clearview-portal"          # the name that findings and [[system]] use
# zone   = "America/Los_Angeles"       # of times written without an offset
# agency = "Springfield PD"            # whose operators, where the export does not say

# --- Systems: what binds them.
# [[system]]
# name   = "clearview-portal"
# packs  = ["dhs-026-11", "maryland"]  # each pack with a different limit gives its own verdict
# zone   = "America/Los_Angeles"       # the agency's own clock: nights, shifts and bare dates
# agency = "Springfield PD"
# service_accounts = ["svc-hotlist"]   # machines, announced as such
# retention = [
#   { kind = "probe", limit = "12 hours", citizenship = "citizen" },
#   { kind = "probe", limit = "14 days" },
#   { kind = "recording", limit = "30 days" },   # how far back a search may look; the kinds: probe, template, nonmatch, watchlist, enrolment, recording
# ]

# --- Rules: figures that this workspace sets otherwise (`audit-analyzer rules` shows what each rule has).
# [parameters.search_burst]
# searches = 30

# Statistical rules together may be wrong at this rate (Benjamini-Hochberg, per rule and night).
# false_discovery_rate = 0.05

# --- Limits on what one export may ask of the machine.
# [limits]
# file_bytes      = 21474836480   # of one delivered file
# inflated_bytes  = 21474836480   # of what an archive or a compressed file holds
# ratio           = 200           # of what it holds to what it is
# members         = 10000         # of one archive
# document_bytes  = 1073741824    # of one JSON document, which is held whole
# record_bytes    = 1048576
# field_bytes     = 65536
# columns         = 512
# depth           = 64            # of nested JSON
# intake_memory   = "500MB"       # of the database, while exports are set down
# worker_memory   = 4294967296    # of the process that parses Parquet and XLSX
# worker_seconds  = 3600          # of its processor time, for one export
# memory          = "900MB"       # of the database, while rules are asked
# rule_seconds    = 120           # of one rule
"""


def init(root: Path) -> Path:
    """Make a workspace: a folder for its owner only, with a commented audit.toml, sources/ and rules/. An existing audit.toml is left alone."""
    file = root / "audit.toml"
    if file.exists():
        raise AuditError("there is a workspace here already", str(file), "edit that file, or name another folder")
    make(root)
    for name in ("sources", "rules"):
        (root / name).mkdir(exist_ok=True, mode=0o700)
    file.write_text(AUDIT_TOML, encoding="utf-8")
    file.chmod(0o600)
    return file


def make(root: Path) -> None:
    """The folder itself, readable by its owner only."""
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(root, os.W_OK):
            raise PermissionError(13, "not writable")
    except OSError as error:
        raise AuditError(f"the workspace cannot be written: {error.strerror or error}", str(root), "name a folder that you may write to") from error


def held(root: Path) -> WorkspaceHeld:
    """Who holds the workspace, as an error."""
    try:
        holder = (root / ".lock").read_text(encoding="utf-8", errors="replace")[:200].strip()
    except OSError:
        holder = ""
    return WorkspaceHeld(
        f"the workspace is in use by {holder or 'another run'}",
        str(root),
        "wait until it has finished; nothing was changed, and reports/latest has the last night",
    )


@contextlib.contextmanager
def hold(root: Path, *, there: bool = False) -> Iterator[None]:
    """Hold the workspace for one run: a kernel lock that dies with the process. A second run is told who holds it, and exits 75.

    there: it must be there already, so that a misspelt folder is an error and no new workspace; without, it is made.
    """
    if there and not root.is_dir():
        raise UsageError("there is no workspace here", str(root), "check the path; `audit-analyzer init` or the first `ingest` makes one")
    make(root)
    before = os.umask(0o077)
    handle = os.open(root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise held(root) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)
        os.umask(before)
