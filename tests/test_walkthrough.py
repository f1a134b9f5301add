"""The walk-through, run as it is written: its commands in order, its audit.toml, on the samples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_step_of_the_walk_through_works_as_written(tmp_path):
    page = (ROOT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "SAMPLES": str(ROOT / "sample_logs")}
    script = ["set -eu"]
    for kind, body in re.findall(r"^```(bash|toml)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        script.append(body if kind == "bash" else f"cat > inspection/audit.toml <<'END_OF_SETTINGS'\n{body}END_OF_SETTINGS")
    done = subprocess.run(["bash", "-c", "\n".join(script)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcomes = [json.loads(line) for line in (tmp_path / "intake.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {o["outcome"] for o in outcomes} == {"accepted"}
    assert {"rekognition_cloudtrail", "vendor_portal", "field_app", "interchange"} <= {o["source"] for o in outcomes}
    assert "SHA-256" in done.stdout
    assert "as written:" in done.stdout
    latest = tmp_path / "inspection" / "reports" / "latest"
    findings = [json.loads(line) for line in (latest / "findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [f["status"]["decision"]["decision"] for f in findings if f["status"]["decision"]] == ["explained"]
    assert (latest / "report.html").stat().st_size > 100_000
