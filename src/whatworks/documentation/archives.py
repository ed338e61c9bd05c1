"""Archives (ZIP, gzip) unpacked in memory: nothing is written outside, nothing grows without limit."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

# A national delivery is a few gigabytes of text; what unpacks to more is a mistake or an attack.
LARGEST_FILE = 4 * 2**30
LARGEST_TOTAL = 8 * 2**30
_MOST_FILES = 1000
# Text packs to a tenth, seldom to a hundredth.
_HIGHEST_RATIO = 300
_ALWAYS_ALLOWED = 64 * 2**20


class UnsafeArchive(Exception):
    """The file is far too large or would unpack to far too much, or points outside itself. ``kind`` says which."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


def refuse_large(size: int) -> None:
    """Refuse a file that is larger than a national delivery, before it is read.

    Raises
    ------
    UnsafeArchive
    """
    if size > LARGEST_FILE:
        raise UnsafeArchive("large")


def refuse_bomb(entries: Sequence[zipfile.ZipInfo], packed_size: int) -> None:
    """Refuse an archive that claims to unpack to far more than it is.

    Raises
    ------
    UnsafeArchive
    """
    total = sum(entry.file_size for entry in entries)
    too_much = total > LARGEST_TOTAL or total > max(_ALWAYS_ALLOWED, _HIGHEST_RATIO * packed_size)
    if len(entries) > _MOST_FILES or too_much:
        raise UnsafeArchive("bomb")


def zip_members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file in a ZIP archive.

    Raises
    ------
    UnsafeArchive
        If a path leads outside, a name stands twice, an entry is a link, it is locked by a password, or it unpacks to far too
        much.
    zipfile.BadZipFile
        If it is damaged.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        refuse_bomb(entries, len(content))
        if len({entry.filename for entry in entries}) < len(entries):
            raise UnsafeArchive("twice")
        for entry in entries:
            _refuse_unsafe(entry)
        room = LARGEST_TOTAL
        for entry in entries:
            with packed.open(entry) as unpacked:
                # What the archive says about a file's size is not trusted: no more than that is read.
                data = unpacked.read(min(entry.file_size, LARGEST_FILE, room) + 1)
            if len(data) > min(entry.file_size, LARGEST_FILE, room):
                raise UnsafeArchive("bomb")
            room -= len(data)
            yield entry.filename, data


def gunzip(content: bytes) -> bytes:
    """Unpack gzip.

    Raises
    ------
    UnsafeArchive, EOFError, zlib.error
    """
    unpacker = zlib.decompressobj(wbits=31)
    out, limit = [], min(LARGEST_FILE, max(_ALWAYS_ALLOWED, _HIGHEST_RATIO * len(content)))
    rest, size = content, 0
    while rest:
        piece = unpacker.decompress(rest, limit - size + 1)
        size += len(piece)
        if size > limit:
            raise UnsafeArchive("bomb")
        out.append(piece)
        rest = unpacker.unconsumed_tail or unpacker.unused_data
        if unpacker.eof:
            if not rest:
                break
            unpacker = zlib.decompressobj(wbits=31)
        elif not piece:
            break
    if not unpacker.eof:
        raise EOFError
    return b"".join(out)


def _refuse_unsafe(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise UnsafeArchive("path")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsafeArchive("link")
    if entry.flag_bits & 0x1:
        raise UnsafeArchive("locked")
