"""What is handed in as a folder or a ZIP: what is not to be trusted is refused in one line, whatever its names are."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from core.images.own import archive
from core.images.own.archive import listed
from core.vocabulary.errors import LabError


def png(shade: int = 0, side: int = 20) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (side, side), shade).save(stream, "PNG")
    return stream.getvalue()


def zipped(files: dict[str, bytes | zipfile.ZipInfo], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as made:
        for name, content in files.items():
            made.writestr(name, content)
    stream.seek(0)
    return stream


def refused(source: Path | io.BytesIO, line: str) -> None:
    with pytest.raises(LabError, match=line) as refusal:
        listed(source)
    assert "\n" not in str(refusal.value) and len(str(refusal.value)) < 250


@pytest.mark.parametrize("path", ["../cat/1.png", "cat/../../1.png", "/etc/1.png", "C:/cat/1.png", "..\\..\\1.png", "C:\\cat\\1.png"])
def test_a_path_that_leaves_the_archive(path: str) -> None:
    refused(zipped({"cat/0.png": png(), path: png()}), "leads out of the archive")


def test_a_link_in_an_archive_and_in_a_folder(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("cat/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("cat/0.png", png())
        made.writestr(link, "/etc/passwd")
    refused(stream, "cat/link.png in the archive is a link")
    (tmp_path / "set" / "cat").mkdir(parents=True)
    (tmp_path / "set" / "cat" / "0.png").write_bytes(png())
    (tmp_path / "set" / "dog").symlink_to("/etc")
    refused(tmp_path / "set", "dog is a link")


def test_a_bomb_by_its_announced_sizes_is_not_unpacked(tmp_path: Path) -> None:
    refused(zipped({f"cat/{number}.png": bytes(49_000_000) for number in range(11)}), "539 MB unpacked; expected at most 500 MB")
    refused(zipped({"cat/0.png": bytes(51_000_000)}), "cat/0.png has 51 MB; expected at most 50 MB for one picture")


def test_a_bomb_that_lies_about_its_size_is_stopped_when_it_is_read() -> None:
    data = zipped({"cat/0.png": bytes(5_000_000)}).getvalue()
    for head in (b"PK\x03\x04", b"PK\x01\x02"):  # the size stands in both heads, 22 and 24 bytes behind their beginnings
        at = data.index(head) + (22 if head.endswith(b"\x04") else 24)
        data = data[:at] + struct.pack("<I", 10) + data[at + 4 :]
    found = listed(io.BytesIO(data)).images
    with pytest.raises(LabError, match=r"cat/0.png (unpacks to more|is damaged in the archive)"):
        found[0].read()


def test_an_archive_inside_an_encrypted_file_and_none_at_all(tmp_path: Path) -> None:
    refused(zipped({"cat/0.png": png(), "more.zip": zipped({"a.png": png()}).getvalue()}), "more.zip is an archive inside the archive; unpack it first")
    data = bytearray(zipped({"cat/0.png": png()}).getvalue())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    refused(io.BytesIO(bytes(data)), "cat/0.png in the archive is encrypted; expected a ZIP without a password")
    refused(io.BytesIO(b"not a zip"), "no ZIP archive that can be read")
    refused(io.BytesIO(zipped({"cat/0.png": png()}).getvalue()[:-30]), "no ZIP archive that can be read")
    refused(tmp_path / "nothing.zip", "nothing.zip is not there")


def test_too_many_and_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refused(zipped({"readme.txt": b"x", "__MACOSX/cat/._0.png": b"x"}), "holds no picture; expected one folder for each class")
    monkeypatch.setattr(archive, "MOST_FILES", 3)
    refused(zipped({f"cat/{number}.png": b"x" for number in range(4)}), "holds 4 pictures; expected at most 3")
    refused(zipped({f"cat/{number}.txt": b"x" for number in range(13)}), "holds 13 files; expected at most 3 pictures")
    for number in range(4):
        (tmp_path / f"{number}.png").write_bytes(b"x")
    refused(tmp_path, "holds 4 pictures; expected at most 3")


def test_what_systems_leave_and_how_they_write_names() -> None:
    files: dict[str, bytes | zipfile.ZipInfo] = {"گربه/۱.png": png(1), "ねこ/一.png": png(2), "🐈/1 😀.png": png(3), "cat\\tom.PNG": png(4), "re\u0301sume/1.jpg": png(5)}
    junk: dict[str, bytes | zipfile.ZipInfo] = {"__MACOSX/cat/._tom.png": b"x", "cat/.DS_Store": b"x", "cat/Thumbs.db": b"x", ".git/1.png": b"x", "cat/notes.txt": b"x"}
    found = listed(zipped(files | junk))
    assert {str(entry.path) for entry in found.images} == {"گربه/۱.png", "ねこ/一.png", "🐈/1 😀.png", "cat/tom.PNG", "résume/1.jpg"}
    assert found.others == ("cat/notes.txt",)
    assert {str(entry.path): entry.read() for entry in found.images}["cat/tom.PNG"] == png(4)


def test_names_in_utf_8_that_are_not_announced_as_such() -> None:
    data = zipped({"ねこ/1.png": png()}).getvalue()
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.index(head) + at
        data = data[:place] + b"\0\0" + data[place + 2 :]
    found = listed(io.BytesIO(data)).images
    assert [str(entry.path) for entry in found] == ["ねこ/1.png"] and found[0].read() == png()


def test_a_folder_and_its_archive_hold_the_same(tmp_path: Path) -> None:
    for name in ("cat/1.png", "dog/2.png", "dog/.hidden.png"):
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(png())
    found = listed(tmp_path / "set")
    assert [str(entry.path) for entry in found.images] == ["cat/1.png", "dog/2.png"] and found.images[0].read() == png()
