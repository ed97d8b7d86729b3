"""Text to train the fixtures' tokenizers on, and strings to try them with. Everything is written here or made from it."""
import random

SENTENCES = [
    "The rain stopped before noon, and the children ran out to see whether the river had come over the meadow.",
    "She'd said they're coming; we've waited, I'm tired, he'll call, it's late and that isn't what you'd think.",
    "SHE'D SAID THEY'RE COMING, WE'VE WAITED, I'M TIRED, HE'LL CALL, IT'S LATE.",
    "In 2024, 17 of 1,234 rows (3.14%) cost $99.50 each; call +49 30 1234567 or mail a.b-c@example.org.",
    "def walk(tree, depth=0):\n    for leaf in tree:\n        if leaf is None:\n            continue\n        yield from walk(leaf, depth + 1)\n",
    "public static int Sum(int[] xs) { var s = 0; foreach (var x in xs) s += x; return s; } // O(n)\r\n",
    "{\"name\": \"rivulet\", \"values\": [1, 22, 333, 4444], \"nested\": {\"ok\": true, \"none\": null}}",
    "Le garçon naïf a mangé une crème brûlée à l'œuvre où l'été s'achève déjà.",
    "Größe und Übermut, Straße, Äpfel, Öl: zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
    "El pingüino mañana comerá piñones; ¿quién sabe? ¡Nadie!",
    "Příliš žluťoučký kůň úpěl ďábelské ódy, zatímco łódź płynęła po rzece.",
    "İstanbul'da ılık bir sabah, çiçekler ve şehir uyanıyor.",
    "Việt Nam có nhiều món ăn ngon, được nấu bằng rau tươi mỗi ngày.",
    "Η θάλασσα ήταν ήρεμη και ο ήλιος έλαμπε πάνω από το νησί.",
    "Утром дети вышли в сад, и старый кот смотрел на них из окна.",
    "Їжак та ґава гуляли біля річки, де було тихо.",
    "في الصباح ذهبت إلى السوق واشتريت الخبز والتمر، ثم عدت إلى البيت ١٢٣٤.",
    "הילדים רצו אל הגן כשהגשם פסק, וּבַדֶּרֶךְ שרו שיר.",
    "सुबह बच्चे नदी के किनारे खेल रहे थे और हवा ठंडी थी १२३।",
    "বাংলা ভাষায় লেখা একটি ছোট বাক্য।",
    "காலையில் குழந்தைகள் பள்ளிக்குச் சென்றார்கள்.",
    "เช้านี้ฝนตกหนักมาก เด็กๆ จึงอยู่ในบ้าน ๑๒๓",
    "ພາສາລາວ ແລະ ភាសាខ្មែរ ។",
    "今天早上下雨了,孩子们都留在家里看书。二〇二四年!",
    "今朝は雨が降っていたので、子どもたちは家で本を読みました。カタカナもアル。",
    "오늘 아침에는 비가 와서 아이들이 집에서 책을 읽었다. 한글 자모: 가나다",
    "ქართული ენა და հայերեն լեզու։",
    "ትንሽ ዓረፍተ ነገር።",
    "👩‍🚀 went up 🚀, 👍🏽👍🏿 said 👨‍👩‍👧‍👦, flags 🇩🇪🇯🇵🏴󠁧󠁢󠁥󠁮󠁧󠁿, hearts ❤️ ♥ and keys 1️⃣ #️⃣.",
    "∑ₙ xⁿ ≤ ½·π² ≠ ∞, ﬁne ﬂow, №5, ℌ, ①②③, ㎏, ２０２４, ｆｕｌｌ ｗｉｄｔｈ, ｶﾞ ﾊﾟ.",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝒎𝒂𝒕𝒉 𐐀𐐨 𐎠𐎼𐎿 𒀀𒁀 𠀀𠮷野家 𝟘𝟙𝟚",
]

WORDS = sorted({w for s in SENTENCES for w in s.split()})

SPACES = [" ", "  ", "   ", "\t", "\t\t", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\u00a0", "\u3000", "\u2028", "\u2029", "\u0085",
          "\u2003", "\u200b", "\u1680", "\v", "\f", " \n", "\n ", " \t ", "    \n    ", "\u202f", "\ufeff", "\u205f"]

ODD = ["\u0301", "e\u0301", "\u00e9", "e\u0323\u0302", "\u1ec7", "a\u0328\u0301", "\u1100\u1161\u11a8", "\uac01", "\uac00\u11a8", "\u1100", "\u1161",
       "\u0915\u093c", "\u0958", "\u212b", "\u00c5", "A\u030a", "\u0344", "\u0390", "\u1fee", "\ufb01", "\ufb2c", "\u1e9b\u0323", "\u2126", "\ufdfa",
       "\U0001d15e", "\U0002f800", "\u0f73", "\u0f71\u0f72", "q\u0307\u0323", "\u0000", "\u0001", "\u001f", "\u007f", "\u0080", "\u009f",
       "\ufffd", "\ufffe", "\ue000", "\U000f0000", "\U0010ffff", "'", "''", "'s", "'S", "'T", "'Re", "'VE", "'M", "'lL", "'D", "'\u017f", "\u2019s", "'x", "\u017f",
       "!?", "...", "\u2026", "--", "\u2014", "\u00bf", "\u3002", "\uff01", "\u060c", "$", "\u20ac", "\u00a3", "^", "`", "~", "+=", "<", ">", "|",
       "0", "9", "42", "123", "1234", "12345", "1234567", "\u0663\u0664", "\u0967\u0968\u0969\u096a", "\u00bd", "\u2167", "\u2460\u2461", "\U0001d7d8\U0001d7d9",
       "\U0001f600", "\U0001f469\u200d\U0001f680", "\U0001f1e9\U0001f1ea", "\U0001f44d\U0001f3fd", "\u2764\ufe0f", "\U0001f3f4\U000e0067\U000e007f",
       "\u0130", "\u0131", "\u01c5", "\u02b0", "\u16ee", "\u200c", "\u200d", "\u0640", "\u180e", "\u2060", "\u00ad", "\u25cc\u0301", "\u20dd"]

# Blocks to draw single characters from, by how often.
BLOCKS = [(0x20, 0x7f)] * 12 + [(0xa0, 0x180)] * 4 + [(0x180, 0x370), (0x300, 0x370), (0x370, 0x400), (0x400, 0x530), (0x530, 0x600), (0x600, 0x700),
          (0x900, 0xa00), (0x980, 0xe00), (0xe00, 0x1000), (0x1000, 0x1200), (0x1100, 0x1200), (0x1e00, 0x2000), (0x2000, 0x2070), (0x2070, 0x2400),
          (0x2400, 0x2c00), (0x3000, 0x3400), (0x3300, 0x3400), (0x4e00, 0xa000), (0xa000, 0xac00), (0xac00, 0xd7a4), (0xd7b0, 0xd800), (0xf900, 0xfb00),
          (0xfb00, 0xfe00), (0xfe00, 0x10000), (0x10000, 0x11000), (0x11000, 0x12000), (0x12000, 0x14000), (0x16000, 0x17000), (0x1b000, 0x1c000),
          (0x1d000, 0x1e000), (0x1e000, 0x1f000), (0x1f000, 0x1fb00), (0x20000, 0x2a000), (0x2f800, 0x2fa20), (0xe0000, 0xe0200)]


def lines():
    """Some hundred lines: the sentences and their words in new orders."""
    rng = random.Random(7)
    out = []
    for _ in range(25):
        out += SENTENCES
        for _ in range(20):
            out.append(" ".join(rng.choice(WORDS) for _ in range(rng.randint(3, 12))))
    return out


def character(rng):
    while True:
        low, high = rng.choice(BLOCKS)
        code = rng.randrange(low, high)
        if not 0xd800 <= code < 0xe000:
            return chr(code)


def probes(added, count=2000):
    """Strings to encode: the sentences, and mixtures of words, white space, odd characters and added tokens."""
    rng = random.Random(11)
    out = ["", " ", "  ", "a", " a", "a ", "\n", "x" * 70, "ab" * 300, "abc " * 80, "\u4f60\u597d" * 60, " " * 50, "\n" * 20 + "x", "\u0301" * 40, "aaaaaaaaaa" * 30,
           "the" * 40, "\U0001f600" * 30, "<0x41>", "\u2581", "\u2581\u2581a \u2581b", "a\u2581b", " \u2581", "<s>", "\ufeffbom"]
    out += SENTENCES + SPACES + ODD + added
    pieces = [lambda: rng.choice(WORDS), lambda: rng.choice(WORDS), lambda: rng.choice(WORDS), lambda: rng.choice(SPACES), lambda: rng.choice(SPACES), lambda: " ",
              lambda: " ", lambda: " ", lambda: rng.choice(ODD), lambda: rng.choice(ODD), lambda: character(rng), lambda: character(rng),
              lambda: "".join(character(rng) for _ in range(rng.randint(2, 6))), lambda: str(rng.randrange(10 ** rng.randint(1, 9))), lambda: rng.choice(added),
              lambda: rng.choice(WORDS).upper(), lambda: rng.choice(WORDS).title()]
    while len(out) < count:
        out.append("".join(rng.choice(pieces)() for _ in range(rng.randint(1, 14))))
    return out
