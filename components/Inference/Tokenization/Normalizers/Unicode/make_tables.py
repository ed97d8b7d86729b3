"""Makes normalization.bin, the tables of NormalizationTables.cs, from Python's unicodedata (run with Unicode 14.0: Python 3.11).

The reference for token ids, Hugging Face's tokenizers, normalises by Unicode 9.0, so what came later is left out; characters that
existed then are guaranteed never to change. The file is compressed by zlib and holds four lists, each a count and then its
entries; every number is a little-endian base-128 varint, and code points are written as the difference to the entry before.

    combining classes   difference, class
    decompositions      difference, 2 * length + (1 if only for compatibility), code points; complete and in canonical order
    compositions        difference of the first code point, the second code point, the composed one
    marks               difference of the first code point of a run, its length

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

LATER_MARKS = """7fd 897-89f 8ca-8d3 9fe afa-aff b55 c04 c3c cf3 d00 d3b-d3c d81 eba ece 1715 180f 1abf-1ace 1cf7 1df6-1dfa a82c a8ff 10d24-10d27 10d69-10d6d
10eab-10eac 10efc-10eff 10f46-10f50 10f82-10f85 11070 11073-11074 110c2 11145-11146 111c9 111ce-111cf 11241 1133b 1145e 1182c-1183a 11930-11935 11937-11938
1193b-1193e 11940 11942-11943 119d1-119d7 119da-119e0 119e4 11a01-11a0a 11a33-11a39 11a3b-11a3e 11a47 11a51-11a5b 11a8a-11a99 11d31-11d36 11d3a 11d3c-11d3d
11d3f-11d45 11d47 11d8a-11d8e 11d90-11d91 11d93-11d97 11ef3-11ef6 16f4f 16f7f-16f87 16fe4 16ff0-16ff1 1cf00-1cf2d 1cf30-1cf46 1e130-1e136 1e2ae 1e2ec-1e2ef"""
FORMER_MARKS = [0x1CF2, 0x1CF3]

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

later_marks = {c for run in LATER_MARKS.split() for c in range(int(run.split("-")[0], 16), int(run.split("-")[-1], 16) + 1)}
marks = []
for c in range(0x110000):
    if c in FORMER_MARKS or (unicodedata.category(chr(c))[0] == "M" and c not in later_marks):
        if marks and sum(marks[-1]) == c:
            marks[-1][1] += 1
        else:
            marks.append([c, 1])

data = entries(classes) + entries(decompositions) + entries(sorted(compositions)) + entries(marks)
packed = zlib.compress(data, 9)
pathlib.Path(__file__).with_name("normalization.bin").write_bytes(packed)
print(len(classes), "combining classes,", len(decompositions), "decompositions,", len(compositions), "compositions;", len(data), "bytes, packed", len(packed))
