"""Makes normalization.bin, the tables of NormalizationTables.cs, from Python's unicodedata (run with Unicode 14.0: Python 3.11).

The reference for token ids, Hugging Face's tokenizers, normalises by Unicode 9.0, so what came later is left out; characters that
existed then are guaranteed never to change. The file is compressed by zlib and holds three lists, each a count and then its
entries; every number is a little-endian base-128 varint, and code points are written as the difference to the entry before.

    combining classes   difference, class
    decompositions      difference, 2 * length + (1 if only for compatibility), code points; complete and in canonical order
    compositions        difference of the first code point, the second code point, the composed one

Hangul syllables are left to arithmetic.
"""
import pathlib
import sys
import unicodedata
import zlib

LATER = [(0x7FD, 0x7FD), (0x898, 0x89F), (0x8CA, 0x8D3), (0x9FE, 0x9FE), (0xC3C, 0xC3C), (0xD3B, 0xD3C), (0xEBA, 0xEBA), (0x1715, 0x1715), (0x1ABF, 0x1ACE),
         (0x1DF6, 0x1DFA), (0x32FF, 0x32FF), (0xA7F2, 0xA7F4), (0xA82C, 0xA82C), (0xAB69, 0xAB69), (0x10781, 0x107BA), (0x10D24, 0x10D27), (0x10EAB, 0x10EAC),
         (0x10F46, 0x10F50), (0x10F82, 0x10F85), (0x11070, 0x11070), (0x1133B, 0x1133B), (0x1145E, 0x1145E), (0x11839, 0x1183A), (0x11938, 0x11938),
         (0x1193D, 0x1193E), (0x11943, 0x11943), (0x119E0, 0x119E0), (0x11A34, 0x11A34), (0x11A47, 0x11A47), (0x11A99, 0x11A99), (0x11D42, 0x11D45),
         (0x11D97, 0x11D97), (0x16FF0, 0x16FF1), (0x1E130, 0x1E136), (0x1E2AE, 0x1E2AE), (0x1E2EC, 0x1E2EF), (0x1F16C, 0x1F16C), (0x1FBF0, 0x1FBF9)]

if unicodedata.unidata_version != "14.0.0":
    sys.exit(f"needs Unicode 14.0.0, to which the list of later characters belongs; this Python has {unicodedata.unidata_version}")

known = [c for c in range(0x110000)
         if not 0xD800 <= c < 0xE000 and not 0xAC00 <= c < 0xD7A4 and not any(first <= c <= last for first, last in LATER)]


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def entries(rows):
    out = varint(len(rows))
    last = 0
    for key, *rest in rows:
        out += varint(key - last) + b"".join(map(varint, rest))
        last = key
    return out


classes = [(c, unicodedata.combining(chr(c))) for c in known if unicodedata.combining(chr(c))]
decompositions = []
compositions = []
for c in known:
    char = chr(c)
    canonical, compatible = unicodedata.normalize("NFD", char), unicodedata.normalize("NFKD", char)
    if canonical != char:
        decompositions.append((c, 2 * len(canonical), *map(ord, canonical)))
    if compatible != canonical:
        decompositions.append((c, 2 * len(compatible) + 1, *map(ord, compatible)))
    single = unicodedata.decomposition(char).split()
    if len(single) == 2 and not single[0].startswith("<") and unicodedata.normalize("NFC", char) == char:
        compositions.append((int(single[0], 16), int(single[1], 16), c))

data = entries(classes) + entries(decompositions) + entries(sorted(compositions))
packed = zlib.compress(data, 9)
pathlib.Path(__file__).with_name("normalization.bin").write_bytes(packed)
print(len(classes), "combining classes,", len(decompositions), "decompositions,", len(compositions), "compositions;", len(data), "bytes, packed", len(packed))
