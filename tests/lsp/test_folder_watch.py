"""Folders are watched: by the system where it tells, else by a look at them now and then."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelens.lsp.folder_watch import FolderWatch, News, OnNews, PolledFolders, open_watch

PATIENCE = 20.0

if sys.platform.startswith("linux"):
    WATCHES = [open_watch, lambda on_news: PolledFolders(on_news, every=0.05)]
else:
    WATCHES = [lambda on_news: PolledFolders(on_news, every=0.05)]


class Heard:
    def __init__(self, make: Callable[[OnNews], FolderWatch]) -> None:
        self.news: dict[str, set[str]] = {}
        self.watch = make(self.hear)

    def hear(self, news: News) -> None:
        for folder, names in news.items():
            self.news.setdefault(folder, set()).update(names)

    async def until(self, folder: Path, *names: str) -> None:
        async def wait() -> None:
            while not (str(folder) in self.news and set(names) <= self.news[str(folder)]):
                await asyncio.sleep(0.01)

        try:
            await asyncio.wait_for(wait(), PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"waited in vain for {names}, heard {self.news}") from None


@pytest.fixture(params=WATCHES)
async def heard(request: pytest.FixtureRequest) -> Heard:
    return Heard(request.param)


async def test_files_that_come_change_and_go_are_told_by_name(tmp_path: Path, heard: Heard) -> None:
    heard.watch.watch([str(tmp_path)])
    (tmp_path / "é.txt").write_text("1")
    await heard.until(tmp_path, "é.txt")
    heard.news.clear()
    with open(tmp_path / "é.txt", "a") as file:
        file.write("2")
    await heard.until(tmp_path, "é.txt")
    heard.news.clear()
    (tmp_path / "é.txt").rename(tmp_path / "b.txt")
    await heard.until(tmp_path, "é.txt", "b.txt")
    heard.news.clear()
    (tmp_path / "b.txt").unlink()
    await heard.until(tmp_path, "b.txt")
    heard.watch.close()


async def test_what_is_no_longer_watched_is_not_told(tmp_path: Path, heard: Heard) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    heard.watch.watch([str(one), str(other)])
    heard.watch.watch([str(other)])
    (one / "a").touch()
    (other / "a").touch()
    await heard.until(other, "a")
    assert str(one) not in heard.news
    heard.watch.close()


async def test_a_folder_that_is_not_there_is_left_out(tmp_path: Path, heard: Heard) -> None:
    assert not heard.watch.watch([str(tmp_path / "gone"), str(tmp_path)])
    (tmp_path / "a").touch()
    await heard.until(tmp_path, "a")
    heard.watch.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells of folders itself")
async def test_a_folder_that_goes_is_told_as_a_whole_and_can_be_watched_again(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    heard = Heard(open_watch)
    assert heard.watch.watch([str(folder)])
    folder.rmdir()
    await heard.until(folder)
    folder.mkdir()
    assert heard.watch.watch([str(folder)])
    (folder / "a").touch()
    await heard.until(folder, "a")
    heard.watch.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells of folders itself")
async def test_more_than_the_system_remembers_is_told_as_a_whole(tmp_path: Path) -> None:
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    heard = Heard(open_watch)
    heard.watch.watch([str(tmp_path)])
    for number in range(most // 2 + 10):
        (tmp_path / str(number)).touch()
        (tmp_path / str(number)).unlink()
    await heard.until(tmp_path)
    assert heard.news[str(tmp_path)] == set() or len(heard.news[str(tmp_path)]) <= most
    heard.watch.close()
