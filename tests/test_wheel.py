"""The wheel, built from this tree and installed into an environment of its own: it carries rules, sources and samples, and works from any folder."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """bin/ of a clean environment with the wheel in it. The pinned dependencies are those of this environment: its folder is put behind the wheel's own."""
    home = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(home), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (wheel,) = home.glob("audit_analyzer-*.whl")
    environment = home / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    subprocess.run([str(environment / "bin" / "pip"), "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)
    (packages / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return environment / "bin"


def told(installed, folder, *words):
    done = subprocess.run([str(installed / words[0]), *words[1:]], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_program_that_runs_is_the_one_from_the_wheel(installed, tmp_path):
    place = told(installed, tmp_path, "python", "-c", "import audit_analyzer; print(audit_analyzer.__file__)")
    assert str(installed.parent) in place


def test_rules_sources_and_clauses_are_in_the_wheel(installed, tmp_path):
    assert "search_burst" in told(installed, tmp_path, "audit-analyzer", "rules")
    assert "rekognition_cloudtrail" in told(installed, tmp_path, "audit-analyzer", "sources")
    assert "dhs-026-11/R2b" in told(installed, tmp_path, "audit-analyzer", "rules", "clauses")


def test_a_night_on_the_shipped_samples_works_from_any_folder(installed, tmp_path):
    samples = told(installed, tmp_path, "python", "-c", "from audit_analyzer.settings import shipped; print(shipped('sample_logs'))").strip()
    assert "_shipped" in samples
    told(installed, tmp_path, "audit-analyzer", "run", f"{samples}/vendor_portal/exports", "--workspace", "here")
    assert (tmp_path / "here" / "reports" / "latest" / "report.html").exists()
