"""Reads the phrase tables in themes/*.txt: what a theme is called, how people open on it, and lines of seven and of five syllables."""
import pathlib
import re
from dataclasses import dataclass, field

from syllables import syllables

# Words that fix a line in a season or an hour. A haiku keeps to one of each.
SEASONS = {
    "winter": "snow snowy frost frosty icy icicle icicles frozen winter wintry blizzard december january february mittens sleigh "
              "flakes snowflake snowman snowfall snowdrift thaw scarf solstice",
    "spring": "blossom blossoms plum petals petal bud buds spring springtime april march may seedlings sprouts lambs lamb tadpoles",
    "summer": "cicada cicadas summer july august june hammock melon watermelon fireflies firefly heat clover picnic swimmers sunflowers",
    "autumn": "autumn maple october november september harvest chestnuts rake scarecrow stubble sheaves persimmon acorn apples pumpkin fall",
}
TIMES = {
    "dawn": "dawn daybreak sunrise rooster morning breakfast cereal",
    "day": "noon sun sunlight butterflies butterfly bee bees cicadas cicada lizard",
    "dusk": "dusk evening sunset twilight sundown bats",
    "night": "night moon stars star moonlight midnight owl owl's fireflies firefly starlight dark dreams sleepless",
}
GENDERS = {
    "he": "father grandfather son brother man monk priest fisherman farmer gardener guide soldier he his him boy postman watchman",
    "she": "mother grandmother daughter sister woman she her queen girl",
}


def words(text):
    return re.findall(r"[a-z']+", text.lower())


def tags(text, table):
    """The names in the table whose words the text uses."""
    found = set(words(text))
    return {name for name, list_ in table.items() if found & set(list_.split())}


@dataclass
class Theme:
    name: str
    seasons: set = field(default_factory=set)
    times: set = field(default_factory=set)
    nouns: list = field(default_factory=list)  # (text, kind): kind is "count", "mass" or "plural"
    adjectives: list = field(default_factory=list)
    places: list = field(default_factory=list)
    says: list = field(default_factory=list)
    lines: dict = field(default_factory=lambda: {7: [], 5: []})  # (text, weight): written lines weigh more than composed ones


KINDS = {"~": "mass", "+": "plural"}


def read_themes(folder=pathlib.Path(__file__).parent / "themes"):
    """All themes by name. A written line that has not its seven or five syllables is an error."""
    themes = {}
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.startswith("= "):
                theme = themes[line[2:]] = Theme(line[2:])
            elif line:
                try:
                    add(theme, *line.split(": ", 1))
                except ValueError as error:
                    raise ValueError(f"{path}, line {number}: {error}") from error
    return themes


def add(theme, key, value):
    """Adds one line of a table to the theme."""
    items = [item.strip() for item in value.split(" | " if key in ("seven", "five", "does", "group") else ",")]
    if key in ("seven", "five"):
        size = 7 if key == "seven" else 5
        for item in items:
            if syllables(item) != size:
                raise ValueError(f"'{item}' has {syllables(item)} syllables, not {size}")
            theme.lines[size].append((item, 3))
    elif key == "nouns":
        theme.nouns += [(item.rstrip("~+"), KINDS.get(item[-1], "count")) for item in items]
    elif key == "group":
        theme.group = items
    elif key == "does":
        for subject in theme.group:
            for deed in items:
                composed = f"{subject} {deed}"
                if syllables(composed) in (5, 7) and not repeats(subject, deed):
                    theme.lines[syllables(composed)].append((composed, 1))
    elif key in ("seasons", "times"):
        setattr(theme, key, set(items))
    elif key in ("adjectives", "places", "says"):
        getattr(theme, key).extend(items)
    else:
        raise ValueError(f"unknown key '{key}'")


LITTLE = set("""a an the and then of in on at by to from into with without over under up down out off no not nor but or for is are was were has
    have had it its i my me we our us you your he his him she her they their them this that these those one two as so all each every what who
    where when why how do does did be been will would can there here some more most than if while after before behind beside between through
    across upon past go goes gone come comes again still just once own only now""".split())


def repeats(first, second):
    """Whether two texts share a word that carries meaning."""
    def stems(text):
        return {re.sub(r"('s|es|s|ing|ed)$", "", word) for word in words(text) if word not in LITTLE}
    return bool(stems(first) & stems(second))
