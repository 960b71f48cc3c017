"""Files that are whole or not there."""

import threading

from chatlab.files import write_atomically


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
