"""Makes the tokenizer fixtures: trains a small tokenizer of every style and writes what Hugging Face's library gives for it.

    python3 make.py OUTPUT_FOLDER        (needs the Python package tokenizers; each file states the version that it was made with)

texts.json.gz      the strings
STYLE.json.gz      tokenizer: a tokenizer.json; ids: the tokens of each string without special tokens; special: of every eighth string with
                   them; decoded: the text of ids, special tokens skipped (null where it is the string itself); random: random ids and
                   their texts, special tokens skipped and kept
splits.json.gz     pre-tokenizers and the pieces that they make of some of the strings
normal.json.gz     normalizers and what they make of the strings
tables.json.gz     SHA-256 over all code points of character classes and of normal forms
"""
import gzip
import hashlib
import json
import random
import sys

import tokenizers
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import corpus

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN_MARKS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"
O200K = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+"])
DEEPSEEK = [r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+",
            r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"]

ADDED = [
    AddedToken("<|lead|>", lstrip=True, normalized=False, special=True),
    AddedToken("<|trail|>", rstrip=True, normalized=False, special=True),
    AddedToken("<|both|>", lstrip=True, rstrip=True, normalized=False, special=True),
    AddedToken("<|plain|>", normalized=False, special=True),
    AddedToken("<|plain|>x", normalized=False, special=False),
    AddedToken("<tool>", normalized=False, special=False),
    AddedToken("word", single_word=True, normalized=False, special=False),
    AddedToken("rivulet", single_word=True, normalized=True, special=False),
    AddedToken("M\u00fcller Stra\u00dfe", normalized=True, special=False),
    AddedToken("\uff21\uff22", normalized=True, special=False),
    AddedToken("    ", normalized=False, special=False),
]
TRIED = ["<|lead|>", " <|lead|> ", "<|trail|>\n\n", "  <|both|>\t", "<|plain|>", "<|plain|>x", "<tool>", "word", "sword words word's", "(word)", "rivulet", "rivulets",
         "M\u00fcller Stra\u00dfe", "Mu\u0308ller Stra\u00dfe", "\uff21\uff22", "AB", "    ", "      ", "<|end|>", "<s>", "</s>", "<unk>", "<mask>", " <mask> ", "<|both|> <|lead|> <|trail|>"]


def byte_level(pre, normalizer=None, size=900, special=("<|end|>",), added=ADDED):
    tk = Tokenizer(models.BPE())
    if normalizer:
        tk.normalizer = normalizer
    tk.pre_tokenizer = pre
    tk.decoder = decoders.ByteLevel()
    tk.train_from_iterator(corpus.lines(), trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(special), initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False))
    tk.add_tokens(added)
    return tk


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(tokenizers.Regex(pattern), behavior, invert)


def pieces_then_bytes(*patterns):
    return pre_tokenizers.Sequence([split(p) for p in patterns] + [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def edited(tk, change):
    data = json.loads(tk.to_str())
    change(data)
    return data


def sentencepiece(change, bytes_too=True, training=None, size=700, alphabet=150):
    tk = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=bytes_too))
    tk.pre_tokenizer = training or pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    names = ["<unk>", "<s>", "</s>"] + ([f"<0x{b:02X}>" for b in range(256)] if bytes_too else [])
    tk.train_from_iterator(corpus.lines(), trainers.BpeTrainer(vocab_size=size, special_tokens=names, limit_alphabet=alphabet, show_progress=False))

    def all_changes(data):
        data["added_tokens"] = data["added_tokens"][:3]
        data["pre_tokenizer"] = None
        change(data)
    tk = Tokenizer.from_str(json.dumps(edited(tk, all_changes)))
    tk.add_tokens(ADDED)
    return json.loads(tk.to_str())


def bos(name, token_id):
    return {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": name, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {name: {"id": name, "ids": [token_id], "tokens": [name]}}}


SPM_DECODER = {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
                                                {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
SPM_NORMALIZER = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}


def llama2(data):
    data.update(normalizer=SPM_NORMALIZER, decoder=SPM_DECODER, post_processor=bos("<s>", 1))


def metaspace_first(data):
    data.update(pre_tokenizer={"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}, decoder=SPM_DECODER, post_processor=bos("<s>", 1))


def metaspace_unknown(data):
    data.update(normalizer={"type": "Sequence", "normalizers": [{"type": "NFKC"}, {"type": "Lowercase"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
                pre_tokenizer={"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True},
                decoder={"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True})
    data["model"]["fuse_unk"] = False


def accents(data):
    data.update(normalizer={"type": "Sequence", "normalizers": [{"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Strip", "strip_left": True, "strip_right": True}]},
                pre_tokenizer={"type": "Sequence", "pretokenizers": [{"type": "Whitespace"}, {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": True}]},
                decoder=None)


def legacy_merges(data):
    data["model"]["merges"] = [" ".join(pair) for pair in data["model"]["merges"]]


def whole_words(data):
    """ignore_merges matters where a word is a token that merges do not reach."""
    vocab = data["model"]["vocab"]
    data["model"]["ignore_merges"] = True
    for word in ["\u0120childrens", "xab", "\u0120meadow,", "12", "tired"]:
        vocab.setdefault(word, len(vocab))
    data["post_processor"] = {"type": "Sequence", "processors": [{"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
                                                                 bos("<|end|>", vocab["<|end|>"])]}


def styles():
    gpt2 = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))
    yield "gpt2", edited(gpt2, legacy_merges)

    roberta = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=True), special=("<s>", "</s>"))
    roberta.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True, normalized=False)])
    roberta.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0), add_prefix_space=True)
    yield "roberta", json.loads(roberta.to_str())

    llama3 = Tokenizer.from_str(json.dumps(edited(byte_level(pieces_then_bytes(LLAMA3), added=[]), whole_words)))
    llama3.add_tokens(ADDED)
    yield "llama3", json.loads(llama3.to_str())
    yield "qwen2", json.loads(byte_level(pieces_then_bytes(QWEN2), normalizers.NFC()).to_str())
    yield "qwen-marks", json.loads(byte_level(pieces_then_bytes(QWEN_MARKS), normalizers.NFC()).to_str())
    yield "cl100k", json.loads(byte_level(pieces_then_bytes(CL100K)).to_str())
    yield "o200k", json.loads(byte_level(pieces_then_bytes(O200K)).to_str())
    yield "deepseek", json.loads(byte_level(pieces_then_bytes(*DEEPSEEK)).to_str())
    falcon = pre_tokenizers.Sequence([pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False), pre_tokenizers.Digits(False),
                                      split("[0-9][0-9][0-9]")])
    yield "falcon", json.loads(byte_level(falcon).to_str())
    yield "llama2", edited_merges(sentencepiece(llama2))
    yield "llama2-across", sentencepiece(llama2, training=pre_tokenizers.Metaspace(prepend_scheme="always", split=False))
    yield "metaspace", sentencepiece(metaspace_first)
    yield "nfkc", sentencepiece(metaspace_unknown, bytes_too=False)
    yield "accents", sentencepiece(accents, bytes_too=False, size=500)


def edited_merges(data):
    legacy_merges(data)
    return data


def expectations(data, texts):
    tk = Tokenizer.from_str(json.dumps(data))
    rng = random.Random(13)
    ids = [tk.encode(t, add_special_tokens=False).ids for t in texts]
    decoded = [tk.decode(i) for i in ids]
    draws = [[rng.randrange(tk.get_vocab_size() + 3) for _ in range(rng.randint(1, 24))] for _ in range(150)]
    low = [[rng.randrange(min(300, tk.get_vocab_size())) for _ in range(rng.randint(1, 24))] for _ in range(150)]
    return {
        "made_with": f"tokenizers {tokenizers.__version__}",
        "tokenizer": data,
        "size": tk.get_vocab_size(),
        "ids": ids,
        "special": [tk.encode(t).ids for t in texts[::8]],
        "decoded": [None if d == t else d for d, t in zip(decoded, texts)],
        "random": [[d, tk.decode(d), tk.decode(d, skip_special_tokens=False)] for d in draws + low],
    }


def component(field, value):
    empty = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [], "normalizer": None, "pre_tokenizer": None, "post_processor": None, "decoder": None,
             "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
                       "byte_fallback": False, "ignore_merges": False, "vocab": {}, "merges": []}}
    return Tokenizer.from_str(json.dumps(empty | {field: value}))


REGEXES = [GPT2, LLAMA3, QWEN2, QWEN_MARKS, CL100K, O200K, *DEEPSEEK, r"\s+$|^\s+|\S+", r"(?:a|ab)(?:c|bcd)?", r"\w+|[^\w\s]+", r"[a-c-]+|[\]x^]|[^\x00-\x7F]", r"(?<!\d)\d{2,3}(?=\D)|(?<=[a-z])[A-Z]",
           r"(?i:stra\u00dfe|\u00e9t\u00e9|the)", r"\p{Lu}\p{Ll}*?(?=\p{Lu}|\s|$)|.", r"[[:alpha:]]+", r"\p{Han}+|\p{Hiragana}+", r"[\p{L}&&[^a-z]]+", r"(a+)b|\u4f60", r"\h+|\R", r"\x{1F600}+|\u3000",
           r"\P{L}+", r"[^\S\r\n]+", r"(?>a+)b?|\d++\.", r"\p{^L}{2}", r"x{,2}y", r"\n|\t|\.|\,", r"[\d_]+", r"a{2}+|e*?r"]


def splits(texts):
    out = []
    configs = [{"type": "Split", "pattern": {"Regex": r}, "behavior": "Isolated", "invert": False} for r in REGEXES]
    for behavior in ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        for invert in [False, True]:
            configs.append({"type": "Split", "pattern": {"String": "e"}, "behavior": behavior, "invert": invert})
            configs.append({"type": "Split", "pattern": {"Regex": r"\s"}, "behavior": behavior, "invert": invert})
        configs.append({"type": "Punctuation", "behavior": behavior})
    configs += [{"type": "Digits", "individual_digits": True}, {"type": "Digits", "individual_digits": False}, {"type": "WhitespaceSplit"}, {"type": "Whitespace"},
                {"type": "CharDelimiterSplit", "delimiter": "a"}, {"type": "Metaspace", "replacement": "_", "prepend_scheme": "never", "split": True},
                {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}]
    for config in configs:
        try:
            cutter = component("pre_tokenizer", config).pre_tokenizer
            out.append([config, [[piece for piece, _ in cutter.pre_tokenize_str(t)] for t in texts]])
        except Exception as error:
            print("not possible:", config, error)
    return {"texts": texts, "pre_tokenizers": out}


def normal(texts):
    configs = [{"type": t} for t in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"]]
    configs += [{"type": "Strip", "strip_left": True, "strip_right": False}, {"type": "Strip", "strip_left": False, "strip_right": True},
                {"type": "Prepend", "prepend": "<<"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "bb"}, {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": ""}]
    out = []
    for config in configs:
        changed = [component("normalizer", config).normalizer.normalize_str(t) for t in texts]
        out.append([config, [None if c == t else c for c, t in zip(changed, texts)]])
    return {"texts": texts, "normalizers": out}


def tables():
    points = [c for c in range(1, 0x110000) if not 0xd800 <= c < 0xe000]
    out = {"made_with": f"tokenizers {tokenizers.__version__}"}
    for name in [r"\s", r"\d", r"\w", r"\p{L}", r"\p{N}", r"\p{M}", r"\p{P}", r"\p{S}", r"\p{Z}", r"\p{C}", r"\p{Lu}", r"\p{Ll}", r"\p{Lt}", r"\p{Lm}", r"\p{Lo}", r"\p{Mn}", r"\p{Nd}", r"\p{Cn}"]:
        cutter = component("pre_tokenizer", {"type": "Split", "pattern": {"Regex": name + "+"}, "behavior": "Removed", "invert": True}).pre_tokenizer
        text = "".join(p for p, _ in cutter.pre_tokenize_str("".join(map(chr, points))))
        out[name] = [len(text), hashlib.sha256(text.encode()).hexdigest()]
    for form in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents"]:
        change = component("normalizer", {"type": form}).normalizer.normalize_str
        text = "\n".join(change(chr(c)) for c in points)
        out[form] = [len(text), hashlib.sha256(text.encode()).hexdigest()]
    marked = [c for c in points if component_changes(c)]
    for form in ["NFC", "NFD", "NFKC", "NFKD"]:
        change = component("normalizer", {"type": form}).normalizer.normalize_str
        state = 1
        parts = []
        for _ in range(20000):
            word = []
            for _ in range(4):
                state = (state * 1103515245 + 12345) & 0x7fffffff
                word.append(chr(marked[(state >> 8) % len(marked)]))
            parts.append(change("".join(word)))
        text = "\n".join(parts)
        out[form + " of mixtures"] = [len(text), hashlib.sha256(text.encode()).hexdigest()]
    out["mixed"] = "".join(map(chr, marked))
    return out


def component_changes(code):
    """Characters that normalisation concerns: what decomposes, jamo, and marks up to plane 1."""
    import unicodedata
    char = chr(code)
    return not 0xac00 <= code < 0xd7a4 and code < 0x1f000 and (unicodedata.normalize("NFD", char) != char or unicodedata.combining(char) > 0) or 0x1100 <= code < 0x1200 or code in (0xac00, 0xac01, 0x41, 0x65)


def main(folder):
    def write(name, value):
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        with open(f"{folder}/{name}.json.gz", "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9, mtime=0, filename="") as packed:
            packed.write(data)
        print(name, len(data))

    texts = corpus.probes(TRIED)
    write("texts", texts)
    write("tables", tables())
    write("splits", splits(texts[:190] + texts[400:450]))
    write("normal", normal(texts[::5]))
    for name, data in styles():
        write(name, expectations(data, texts))


main(sys.argv[1])
