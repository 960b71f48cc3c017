"""What a class handed in is found whatever it is called, and nothing in it does harm."""

import os
import stat
import zipfile
from io import BytesIO

import pytest
from a_class import ROOT, hand_in, notebook
from hypothesis import given
from hypothesis import strategies as st

from chatlab.course.classroom import archives
from chatlab.course.classroom.archives import Budget, read_archive
from chatlab.course.classroom.collect import collect
from chatlab.course.classroom.names import (
    Sender,
    clean_name,
    clean_text,
    file_names,
    sender_of,
    tell_apart,
)
from chatlab.errors import InvalidInput

SOLVED = notebook("solved")


def zipped(files):
    """An archive of these files, as bytes; a name may be a `ZipInfo`."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def collected(folder, place):
    """What was found: learner, lesson and file of each notebook; and the problems by file."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    found = collect(ROOT, place, inbox)
    notebooks = [(item.learner, item.lesson, item.file) for item in found.notebooks]
    return notebooks, {problem.file: problem.reason for problem in found.problems}


@pytest.mark.parametrize(
    ("names", "sender"),
    [
        (
            ["Alice Smith_12345_assignsubmission_file_", "03_first_respond.ipynb"],
            Sender("Alice Smith", "moodle", "12345"),
        ),
        (
            ["week 3", "Ana_María_7_assignsubmission_file", "a.ipynb"],
            Sender("Ana_María", "moodle", "7", place=("week 3",)),
        ),
        (["Al Smith_12_assignsubmission_file_03.ipynb"], Sender("Al Smith", "moodle", "12")),
        (["smithalice_123_456_03_first_respond.ipynb"], Sender("smithalice", "canvas", "123")),
        (["smithalice_LATE_1_2_a-1.ipynb"], Sender("smithalice", "canvas", "1", late=True)),
        (["smithalice_1_2_work.zip", "x", "a.ipynb"], Sender("smithalice", "canvas", "1")),
        (["alice", "smithbob_1_x.ipynb"], Sender("alice")),
        (["alice.ipynb"], Sender("alice")),
        (["alice.zip", "03.ipynb"], Sender("alice")),
        ([".ipynb"], Sender(".ipynb")),
    ],
)
def test_a_name_says_who_it_was(names, sender):
    assert sender_of(names) == sender


def test_a_class_in_folders_files_and_archives_is_found(tmp_path):
    place = hand_in(
        tmp_path / "in",
        {
            "Alice Smith_1_assignsubmission_file_/00_start_here.ipynb": SOLVED,
            "Alice Smith_1_assignsubmission_file_/03.ipynb": (
                ROOT / "exercises/03_first_respond.ipynb"
            ).read_bytes(),
            "bobby_2_3_00_start_here-1.ipynb": notebook("solved", "again"),
            "carol.zip": zipped({"deep/er/any name.ipynb": notebook("solved", "carol")}),
            "dan.ipynb": notebook("solved", "dan"),
            "eve/__MACOSX/._x.ipynb": "x",
            "eve/.ipynb_checkpoints/x.ipynb": "x",
            "eve/00_start_here.20260101-000000.kept.ipynb": "x",
            "eve/data.csv": "x",
            "eve/work.zip": zipped({"inner.zip": zipped({"a.ipynb": notebook("solved", "eve")})}),
            "fay/essay.docx": "My essay",
        },
    )
    (place / "grades").mkdir()
    hand_in(place, {"grades/gradebook.sqlite": "", "grades/x.ipynb": SOLVED})
    notebooks, problems = collected(tmp_path, place)
    assert notebooks == [
        ("Alice Smith", 0, "Alice Smith_1_assignsubmission_file_/00_start_here.ipynb"),
        ("Alice Smith", 3, "Alice Smith_1_assignsubmission_file_/03.ipynb"),
        ("bobby", 0, "bobby_2_3_00_start_here-1.ipynb"),
        ("carol", 0, "carol.zip/deep/er/any name.ipynb"),
        ("dan", 0, "dan.ipynb"),
        ("eve", 0, "eve/work.zip/inner.zip/a.ipynb"),
    ]
    assert problems == {
        "fay/essay.docx": "is not a notebook (.ipynb), and nothing else was handed in."
    }


@pytest.mark.parametrize("top", ["", "submissions/"])
def test_a_whole_download_may_stay_zipped(tmp_path, top):
    files = {
        f"{top}Alice Smith_1_assignsubmission_file_/a.ipynb": SOLVED,
        f"{top}bob/a.ipynb": notebook("solved", "bob"),
    }
    path = tmp_path / "download.zip"
    path.write_bytes(zipped(files))
    assert [learner for learner, *_ in collected(tmp_path, path)[0]] == ["Alice Smith", "bob"]


def test_a_folder_of_one_learner_is_that_learners(tmp_path):
    place = hand_in(tmp_path / "alice", {"00_start_here.ipynb": SOLVED, "data.txt": "x"})
    assert collected(tmp_path, place)[0] == [("alice", 0, "alice/00_start_here.ipynb")]


def test_the_same_notebook_twice_is_one_and_another_is_an_attempt_more(tmp_path):
    files = {"al/a.ipynb": SOLVED, "al/b.ipynb": SOLVED, "al/c.ipynb": notebook("untouched")}
    notebooks, _ = collected(tmp_path, hand_in(tmp_path / "in", files))
    assert len(notebooks) == 2


def test_a_lesson_is_known_by_its_checks_then_by_its_name(tmp_path):
    bare = b'{"cells": [{"cell_type": "code", "source": "1"}]}'
    both = bare.replace(b'"1"', b"\"await check('00.1')\\nawait check('03.1')\"")
    place = hand_in(
        tmp_path / "in",
        {
            "al/07_sessions.ipynb": SOLVED,
            "bo/07_sessions (2).ipynb": bare,
            "cy/work.ipynb": bare,
            "di/work.ipynb": both,
            "ed/03_both.ipynb": both,
        },
    )
    notebooks, problems = collected(tmp_path, place)
    assert [(learner, lesson) for learner, lesson, _ in notebooks] == [
        ("al", 0),
        ("bo", 7),
        ("ed", 3),
    ]
    assert problems == {
        "cy/work.ipynb": "is not an exercise of this course. It has no check, and no lesson's "
        "name.",
        "di/work.ipynb": "has the checks of 00 and 03. Ask for one notebook each.",
    }


@pytest.mark.parametrize(
    "content",
    [
        *["", "My essay", "[]", "{}", '{"cells": 3}', "[" * 100_000, '{"cells": [1]}', "\x00"],
        '{"cells": [{"cell_type": "code", "source": [1]}]}',
        "9" * 100_000,
    ],
    ids=lambda content: content[:20],
)
def test_what_is_no_notebook_is_a_line_and_the_others_are_found(tmp_path, content):
    place = hand_in(tmp_path / "in", {"al/00.ipynb": content, "bo/00.ipynb": SOLVED})
    notebooks, problems = collected(tmp_path, place)
    assert [learner for learner, *_ in notebooks] == ["bo"]
    assert list(problems) == ["al/00.ipynb"]


def linked(name):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"../../evil.ipynb": SOLVED}, "outside its archive"),
        ({"/etc/evil.ipynb": SOLVED}, "outside its archive"),
        ({"..\\evil.ipynb": SOLVED}, "outside its archive"),
        ({"C:\\evil.ipynb": SOLVED}, "outside its archive"),
        ({linked("link.ipynb"): "/etc/passwd"}, "is a link"),
        ({"/".join("a" * 40) + ".ipynb": SOLVED}, "folders deep"),
        ({"bomb.ipynb": bytes(30_000_000)}, "is larger than 20,000,000 bytes"),
        ({"a.zip": "no archive"}, "is not an archive that can be read"),
        ({"a.zip": zipped({"b.zip": zipped({"c.zip": zipped({})})})}, "in 3 others"),
    ],
    ids=["up", "absolute", "backslash", "drive", "link", "deep", "bomb", "no archive", "nested"],
)
def test_what_an_archive_must_not_do_is_refused_and_the_rest_is_read(tmp_path, files, says):
    before = sorted(tmp_path.parent.iterdir())
    place = hand_in(tmp_path / "in", {"al.zip": zipped(files | {"z.ipynb": SOLVED})})
    notebooks, problems = collected(tmp_path, place)
    assert [learner for learner, *_ in notebooks] == ["al"]
    assert says in " ".join(problems.values())
    assert sorted(tmp_path.parent.iterdir()) == before


def test_an_archive_that_lies_about_sizes_has_a_password_or_is_broken_is_refused(tmp_path):
    good = zipped({"a.ipynb": SOLVED * 50})
    size = len(SOLVED * 50).to_bytes(4, "little")
    with_password = bytearray(good)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        with_password[good.index(signature) + offset] |= 1
    files = {
        "al.zip": good.replace(size, (10).to_bytes(4, "little")),
        "bo.zip": bytes(with_password),
        "cy.zip": good[:-30],
        "di.zip": good[:60] + b"?" * 40 + good[100:],
    }
    notebooks, problems = collected(tmp_path, hand_in(tmp_path / "in", files))
    assert notebooks == []
    assert {file[:2] for file in problems} == {"al", "bo", "cy", "di"}


def test_archives_in_archives_share_what_may_be_unpacked_and_the_class_goes_on(
    tmp_path, monkeypatch
):
    large = notebook("solved", "x" * 100_000)
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 4 * len(large))
    inner = zipped({f"{n}.ipynb": large for n in range(10)})
    files = {"al_1_assignsubmission_file_/x.zip": inner, "bo/00.ipynb": SOLVED}
    (tmp_path / "all.zip").write_bytes(
        zipped({"al_1_assignsubmission_file_x.zip": inner, "bo/00.ipynb": SOLVED})
    )
    for place in (hand_in(tmp_path / "in", files), tmp_path / "all.zip"):
        notebooks, problems = collected(tmp_path, place)
        assert [learner for learner, *_ in notebooks] == ["al", "bo"]
        assert problems
        assert all("archives of more than" in reason for reason in problems.values())


def test_a_thousand_files_that_are_refused_are_a_few_lines(tmp_path):
    files = {f"{n:04}.ipynb": "no notebook" for n in range(1000)}
    _, problems = collected(tmp_path, hand_in(tmp_path / "in", {"al.zip": zipped(files)}))
    assert len(problems) == 20
    assert problems["al.zip/0019.ipynb"].endswith("980 files more could not be graded.")


def test_how_many_files_are_looked_at_has_an_end():
    budget = Budget(entries_left=5)
    names = [f"{n}.txt" for n in range(100)]
    found = list(read_archive(BytesIO(zipped(dict.fromkeys(names, ""))), ("al.zip",), budget))
    assert [entry.names[-1] for entry in found] == [*names[:5], "al.zip"]
    assert "too many files" in found[-1].problem


def test_links_and_pipes_are_named_and_not_followed(tmp_path):
    place = hand_in(tmp_path / "in", {"al/ok.ipynb": SOLVED})
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(notebook("solved", "secret"))
    (place / "al/link.ipynb").symlink_to(secret)
    (place / "al/folder").symlink_to(tmp_path)
    (place / "bo").symlink_to(tmp_path)
    os.mkfifo(place / "al/pipe.ipynb")
    notebooks, problems = collected(tmp_path, place)
    assert [file for *_, file in notebooks] == ["al/ok.ipynb"]
    assert set(problems) == {"al/link.ipynb", "al/folder", "al/pipe.ipynb", "bo"}


def test_where_there_is_nothing_this_is_said(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("x")
    for place in (tmp_path / "gone", file):
        with pytest.raises(InvalidInput, match="Name the folder"):
            collect(ROOT, place, tmp_path)


def test_two_people_of_one_name_are_two_and_one_with_new_numbers_is_one():
    week3 = [Sender("Ann Lee", "moodle", id, place=("week 3",)) for id in ("1", "2")]
    assert list(tell_apart(week3).values()) == ["Ann Lee (1)", "Ann Lee (2)"]
    weeks = [Sender("Ann Lee", "moodle", id, place=(id,)) for id in ("1", "2")]
    assert set(tell_apart(weeks).values()) == {"Ann Lee"}


def test_names_that_only_look_the_same_are_two_people():
    raw = ("ali\u202ece", "ali\u202dce", "alice", "Zoë")
    names = tell_apart([Sender(one) for one in raw])
    assert len(set(names.values())) == 4
    assert names[Sender("Zoë")] == "Zoë"
    assert not any("\u202e" in name or "\u202d" in name for name in names.values())


def test_a_name_composed_in_another_way_is_the_same_persons():
    assert set(tell_apart([Sender("Zoë"), Sender("Zoe\u0308")]).values()) == {"Zoë"}


@given(st.lists(st.text(min_size=1), min_size=1, max_size=8))
def test_whatever_people_are_called_a_name_is_one_line_and_a_file_is_a_file(raw):
    names = [clean_name(one) for one in raw]
    files = file_names(names)
    assert all(clean_text(name) == name and "\n" not in name for name in names)
    assert len({file.casefold() for file in files.values()}) == len(set(names))
    for file in files.values():
        assert len(file.encode()) <= 70
        assert not set(file) & set('/\\:*?"<>|\0\n')
        assert file.strip(" .")


def test_odd_names_are_found_and_shown_without_what_nobody_sees(tmp_path):
    names = ["Gülşen Ö", "李 雷", "a\u202eb", "x\ty", "'quoted'", "=cmd|x", "\udce9-latin"]
    place = hand_in(tmp_path / "in", {f"{n}/00.ipynb": notebook("solved", ascii(n)) for n in names})
    notebooks, problems = collected(tmp_path, place)
    assert problems == {}
    assert {learner for learner, *_ in notebooks} == {
        *("Gülşen Ö", "李 雷", "a�b", "x y", "'quoted'", "=cmd|x", "�-latin")
    }
