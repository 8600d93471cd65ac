"""Texts are read from folders within bounds, hashed, and kept as one row."""

from pathlib import Path

import pytest

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import MAX_FILE_BYTES, Sources, read_sources, stamp_of
from service.domain.errors import OperatorError
from tests.rulebook.sets import catalogue


def write(folder: Path, *names: str, text: str = "rules: []\n") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def test_yaml_files_are_found_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml", "programs/b.yml", "tests/deep/c.yaml")
    write(tmp_path, ".hidden.yaml", ".git/d.yaml", "e.yaml~", "#f.yaml#", "~g.yaml", "h.yaml.swp", "notes.txt")
    assert list(read_sources(tmp_path).files) == ["rules/a.yaml", "rules/programs/b.yml", "rules/tests/deep/c.yaml"]


def test_one_file_may_stand_for_a_folder(tmp_path: Path) -> None:
    write(tmp_path, "only.yaml", "other.yaml")
    assert list(read_sources(tmp_path / "only.yaml").files) == ["rules/only.yaml"]


def test_pages_come_from_the_templates_folder(tmp_path: Path) -> None:
    write(tmp_path, "rules/a.yaml", "t/messages/m.md", "t/resources/r.md", "t/layouts/email.html", "t/messages/x.txt")
    found = read_sources(tmp_path / "rules", tmp_path / "t").files
    assert list(found) == ["rules/a.yaml", "templates/messages/m.md", "templates/resources/r.md"]


def test_a_link_that_leads_out_is_not_followed_and_one_that_stays_is(tmp_path: Path) -> None:
    write(tmp_path, "rules/.data/a.yaml", "secret.yaml", "outside/b.yaml")
    (tmp_path / "rules/a.yaml").symlink_to(tmp_path / "rules/.data/a.yaml")
    (tmp_path / "rules/out.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "rules/folder").symlink_to(tmp_path / "outside")
    assert list(read_sources(tmp_path / "rules").files) == ["rules/a.yaml"]


@pytest.mark.parametrize("content", [b"x" * (MAX_FILE_BYTES + 1), b"rules: \xff\xfe"])
def test_a_file_too_large_or_not_utf8_keeps_the_set_from_loading(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    loaded = load(read_sources(tmp_path), catalogue())
    assert [(each.code, each.path) for each in loaded.problems] == [("unreadable-file", "rules/a.yaml")]
    assert loaded.rule_set is None


def test_all_files_together_are_bounded(tmp_path: Path) -> None:
    write(tmp_path, *(f"{number:02}.yaml" for number in range(33)), text="#" * (MAX_FILE_BYTES - 1) + "\n")
    found = read_sources(tmp_path)
    assert len(found.files) == 32
    assert list(found.refused) == ["rules/32.yaml"]


def test_a_folder_that_is_not_there_says_so_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"^There is no rules folder at .*nowhere\. [^\n]+$"):
        read_sources(tmp_path / "nowhere")
    with pytest.raises(OperatorError, match="no templates folder"):
        read_sources(tmp_path, tmp_path / "nowhere")


def test_the_hash_knows_paths_and_texts_and_no_order_or_line_ends() -> None:
    first = Sources({"rules/a.yaml": "x\ny", "rules/b.yaml": "z"})
    assert first.content_hash == Sources({"rules/b.yaml": "z", "rules/a.yaml": "x\r\ny"}).content_hash
    others = [{"rules/a.yaml": "x\ny"}, {"rules/a.yaml": "x\n", "rules/b.yaml": "yz"}, {"rules/a.yaml": "z"}]
    assert len({first.content_hash, *(Sources(each).content_hash for each in others)}) == 4


def test_a_set_survives_its_row_in_the_store() -> None:
    sources = Sources({"rules/a.yaml": "title: Grüße 👋\n"})
    assert Sources.from_json(sources.to_json()) == sources
    with pytest.raises(ValueError, match="not a stored rule set"):
        Sources.from_json("[]")


def test_a_stamp_is_another_after_each_edit_and_no_other_time(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("rules: []", "utf-8")
    stamps = [stamp_of(tmp_path)]
    assert stamp_of(tmp_path) == stamps[0]
    for edit in (
        lambda: file.write_text("rules: {}", "utf-8"),
        lambda: (tmp_path / "more.yaml").write_text("", "utf-8"),
        (tmp_path / "more.yaml").unlink,
        lambda: (tmp_path / "nowhere.yaml").symlink_to("gone"),
    ):
        edit()
        stamps.append(stamp_of(tmp_path))
        assert stamps[-1] != stamps[-2]
