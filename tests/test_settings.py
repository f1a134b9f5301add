import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit_analyzer import workspace
from audit_analyzer.errors import SettingsError
from audit_analyzer.settings import DEFAULT_PACKS, Delivery, Limits, Retention, Settings, duration, load


def said(tmp_path, text):
    (tmp_path / "audit.toml").write_text(text, encoding="utf-8")
    return load(tmp_path)


def test_a_folder_without_audit_toml_has_the_defaults(tmp_path):
    assert load(tmp_path) == Settings(root=tmp_path)


def test_no_workspace_at_all_has_the_defaults_and_nothing_of_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "audit.toml").write_text("this is not TOML")
    monkeypatch.chdir(tmp_path)
    assert load(None).deliveries == ()


def test_the_audit_toml_that_init_writes_has_the_defaults(tmp_path):
    workspace.init(tmp_path / "w")
    assert load(tmp_path / "w") == Settings(root=tmp_path / "w")


def test_every_remark_of_that_file_is_a_setting_once_its_mark_is_taken_away(tmp_path):
    lines = [
        line.removeprefix("# ") if line.startswith("# ") and ("=" in line or line.startswith(("# [", "#   {", "# ]"))) else line
        for line in workspace.AUDIT_TOML.splitlines()
    ]
    settings = said(tmp_path, "\n".join(line for line in lines if not line[:1].isupper()))
    assert (settings.deliveries[0].source, settings.systems[0].name, settings.parameters["search_burst"]["searches"], settings.limits.memory) == (
        "vendor_portal",
        "clearview-portal",
        30,
        "900MB",
    )


def test_a_broken_line_is_named_by_file_and_line(tmp_path):
    with pytest.raises(SettingsError, match=r"audit\.toml: this is not TOML: .*line 2"):
        said(tmp_path, 'packs = ["dhs-026-11"]\nfalse_discovery_rate = = 1\n')


@pytest.mark.parametrize(
    ("text", "key", "where"),
    [
        ("colour = 1", "colour", "audit.toml"),
        ('[[delivery]]\nfiles = "*"\n[[delivery]]\nsauce = "x"', "sauce", "[[delivery]] 2"),
        ('[[system]]\nname = "a"\ntime_zone = "UTC"', "time_zone", "[[system]] 1"),
        ("[limits]\nfile_byte = 1", "file_byte", "[limits]"),
        ('[[system]]\nname = "a"\nretention = [{ kind = "probe", days = 3 }]', "days", "[[system]] 1"),
    ],
)
def test_an_unknown_setting_is_named_with_its_place_and_those_that_are_known(tmp_path, text, key, where):
    with pytest.raises(SettingsError) as told:
        said(tmp_path, text)
    assert (told.value.what, where in told.value.where, told.value.remedy.startswith("known here: ")) == (f"there is no setting {key!r}", True, True)


@pytest.mark.parametrize(
    "text", ['[[delivery]]\nzone = "America/Los_Angles"', '[[system]]\nname = "a"\nzone = "PST8PDT7"', '[[delivery]]\nzone = "../etc/passwd"']
)
def test_an_unknown_zone_is_refused(tmp_path, text):
    with pytest.raises(SettingsError, match="there is no time zone"):
        said(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    [
        'packs = "dhs-026-11"',
        "packs = [1]",
        "delivery = 3",
        '[delivery]\nfiles = "*"',
        "[[delivery]]\nfiles = 3",
        '[limits]\nfile_bytes = "big"',
        "[limits]\nmemory = 1",
        "limits = 3",
        'false_discovery_rate = "small"',
        "[[system]]\nname = 3",
        '[[system]]\nname = "a"\nservice_accounts = "svc"',
        '[[system]]\nname = "a"\nretention = ["12 hours"]',
        '[[system]]\nname = "a"\nretention = [{ kind = "probe" }]',
        '[[system]]\nname = "a"\nretention = [{ limit = "1 day" }]',
        '[[system]]\nname = "a"\nretention = [{ kind = "picture", limit = "3 days" }]',
        '[[system]]\nname = "a"\npacks = "x"',
        "parameters = 1",
        '[[system]]\nzone = "UTC"',
        "[limits]\nfile_bytes = true",
    ],
)
def test_a_setting_of_the_wrong_kind_is_a_clear_error_and_never_taken_for_something_else(tmp_path, text):
    with pytest.raises(SettingsError):
        said(tmp_path, text)


def test_a_file_that_is_not_utf_8_is_told(tmp_path):
    (tmp_path / "audit.toml").write_bytes(b'packs = ["caf\xe9"]')
    with pytest.raises(SettingsError, match="this is not TOML"):
        load(tmp_path)


def test_an_unlisted_system_has_the_packs_that_are_the_default(tmp_path):
    settings = said(tmp_path, 'packs = ["maryland"]\n[[system]]\nname = "metro"\npacks = ["vermont"]\n[[system]]\nname = "airport"')
    assert [settings.system(n).packs for n in ("metro", "airport", "unheard of")] == [("vermont",), ("maryland",), ("maryland",)]


def test_without_any_word_on_packs_the_directive_binds(tmp_path):
    assert load(tmp_path).system("x").packs == DEFAULT_PACKS


def test_retention_limits_are_kept_in_seconds_by_kind_and_citizenship(tmp_path):
    text = '[[system]]\nname = "a"\nretention = [{ kind = "probe", limit = "12 hours", citizenship = "citizen" }, { kind = "probe", limit = "14 days" }]'
    assert said(tmp_path, text).systems[0].retention == (Retention("probe", 43_200, "citizen"), Retention("probe", 1_209_600))


@pytest.mark.parametrize(
    ("text", "seconds"), [("12 hours", 43_200), ("1 day", 86_400), ("1.5 hours", 5400), ("15 years", 473_364_000), ("90", 90), (90, 90), ("2 weeks", 1_209_600)]
)
def test_a_length_of_time_is_read_in_words_or_seconds(text, seconds):
    assert duration(text, "x") == seconds


@pytest.mark.parametrize("text", ["", "soon", "12 parsecs", "hours 12", "1 2 days", True, None, "nan days", "inf hours"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(SettingsError, match="is not a length of time"):
        duration(text, "x")


DELIVERIES = (Delivery("portal/*.csv", system="portal"), Delivery("*.json.gz", system="cloud"), Delivery("*/field/*", system="field"))


@pytest.mark.parametrize(
    ("path", "system"),
    [
        ("portal/a.csv", "portal"),
        ("/any/where/portal/a.csv", "portal"),
        ("portal/deep/a.csv", "portal"),
        ("x.json.gz", "cloud"),
        ("y/x.json.gz", "cloud"),
        ("z/field/portal/a.csv", "portal"),
        ("z/field/a.txt", "field"),
        ("portal\\a.csv", "portal"),
        ("PORTAL/a.csv", None),
        ("portals/a.csv", None),
        ("a.zip!portal/a.csv", None),
    ],
)
def test_the_first_pattern_that_fits_a_path_or_its_end_counts(path, system):
    assert Settings(root=None, deliveries=DELIVERIES).delivery(path).system == system


@given(st.text(max_size=40))
def test_no_path_whatever_stops_the_search_for_its_delivery(path):
    assert Settings(root=None, deliveries=DELIVERIES).delivery(path).zone is None


def test_a_workspace_inside_the_project_itself_does_not_load_its_rules_twice():
    from audit_analyzer.settings import PACKAGE

    assert len(Settings(root=PACKAGE.parent).rule_folders()) == 1


def test_every_limit_has_a_positive_default():
    assert [n for n in Limits.__slots__ if not n.endswith("memory") and getattr(Limits(), n) <= 0] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("false_discovery_rate = 5", "is not a share between 0 and 1"),
        ("[limits]\nrule_seconds = -1", "rule_seconds = -1 is not above zero"),
        ("[limits]\ncolumns = 0", "columns = 0 is not above zero"),
        ('[limits]\nmemory = "lots"', "memory = 'lots' is not a size of memory"),
        ('[[system]]\nname = "a"\n[[system]]\nname = "a"', "there are two systems 'a'"),
        ("pseudonyms = true", "there is no setting 'pseudonyms'"),
    ],
)
def test_a_value_that_can_mean_nothing_is_refused(tmp_path, text, what):
    with pytest.raises(SettingsError, match=what):
        said(tmp_path, text)
