"""Files that are whole or not there, or their owner's alone."""

import sqlite3
import stat
import subprocess
import sys
import threading

from chatlab.files import make_private, write_atomically

OTHER = """import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0).execute("BEGIN EXCLUSIVE")
except sqlite3.OperationalError:
    sys.exit(3)
"""


def test_a_text_that_is_written_replaces_the_old_one_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "new folder" / "notes.json"
    for text in ("first", "zweite — 2"):
        write_atomically(path, text)

    assert path.read_text("utf-8") == "zweite — 2"
    assert list(path.parent.iterdir()) == [path]


def test_files_that_differ_only_in_their_ending_do_not_meet(tmp_path):
    paths = [tmp_path / "notes.json", tmp_path / "notes.txt"]
    begin = threading.Barrier(len(paths))

    def write(path):
        begin.wait()
        for _ in range(200):
            write_atomically(path, path.name * 1000)

    threads = [threading.Thread(target=write, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [path.read_text("utf-8") for path in paths] == [path.name * 1000 for path in paths]
    assert sorted(tmp_path.iterdir()) == paths


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_file_is_its_owners_alone_whether_it_was_there_or_not(tmp_path):
    new, old, beside, read_only = (tmp_path / name for name in ("new", "old", "old-wal", "less"))
    for path, mode in ((old, 0o666), (beside, 0o644), (read_only, 0o444)):
        path.write_text("kept")
        path.chmod(mode)
    tmp_path.chmod(0o755)
    make_private(new)
    make_private(old, "-wal", "-shm")
    make_private(read_only)
    make_private(tmp_path)
    make_private(tmp_path / "nowhere" / "new")

    assert [mode_of(path) for path in (new, old, beside)] == [0o600] * 3
    assert mode_of(read_only) == 0o400
    assert mode_of(tmp_path) == 0o755
    assert old.read_text() == "kept"
    assert not (tmp_path / "old-shm").exists()


def test_a_private_database_keeps_its_locks(tmp_path):
    path = tmp_path / "chat.sqlite"
    with sqlite3.connect(path, isolation_level=None) as one:
        one.execute("BEGIN EXCLUSIVE")
        make_private(path)
        refused = subprocess.run([sys.executable, "-c", OTHER, path], check=False)
        one.execute("COMMIT")
    one.close()
    assert refused.returncode == 3
