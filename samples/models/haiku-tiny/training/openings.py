"""First lines: how people open on a theme, and how they type it."""
import re

# The words of a first line besides the theme's own. A word that stands twice is twice as frequent.
TIME_NOUNS = set("""april march may june july august september october november december january february spring summer autumn fall
    winter springtime night midnight dusk twilight sundown dawn daybreak monday noon morning evening today tomorrow dark darkness""".split())
PREPOSITIONS = "over beyond beside near past behind under above by in on through across around after".split()
VERBS = """waits, sleeps, is still, listens, is gone, returns, turns away, holds its breath, is silent, calls to me, fades, wakes up, trembles,
    is empty, remembers"""
TRAILS = """in the distance, at midnight, at dawn, at noon, at dusk, in the dark, tonight, once more, in my hands, on my sleeve, on my shoulder,
    after the storm, after the rain, in the rain, down the lane, by the road, of my childhood, in winter, in spring, in summer, in autumn,
    in the snow, in the fog, in the morning, at the window, in the wind, far away, of long ago, for a while, on a hill, against the sky,
    against the shore, under the moon, in the sun, without end"""
MOVES = "drift fall sleep wait sing shine turn whisper listen return tremble fade rest call glow dream".split()
PLACES = "rooftops road hill table river stones floor steps window shore field wall bridge path roof".split()
NAMES = "Kyoto, Paris, my village, my mother, the north, Tokyo, Berlin, Lisbon, home, the south, New York, the old days"
GENERAL = """old silent quiet lonely pale distant cold wintry autumn summer spring winter small dark morning evening ancient sleeping gentle
    forgotten""".split()
VERBS, TRAILS, NAMES = (re.split(r",\s+", texts) for texts in (VERBS, TRAILS, NAMES))

ENDINGS = ["..."] * 9 + [""] * 5 + [","] * 3 + ["."] * 2 + ["…", " ...", " -", "—", "!", ":", " …"]
MONTHS = re.compile(r"\b(january|february|april|june|july|august|september|october|november|december|monday|sunday)\b")


def article(noun):
    return "an" if noun[0] in "aeiou" and not noun.startswith(("one", "uni")) or noun.startswith(("hour", "honest")) else "a"


def capital(text):
    return text[:1].upper() + text[1:]


def named(text):
    """The text with the names of months and days in capitals."""
    return MONTHS.sub(lambda name: name[0].capitalize(), text)


def opening(rng, theme, subject=None):
    """A first line on the theme, in lower case and without punctuation: (text, what it is about, singular or None)."""
    if subject is None and rng.random() < 0.2:
        return rng.choice(theme.places), None, None
    if subject is None and rng.random() < 0.12:
        return rng.choice(theme.says), None, None
    noun, kind = subject or rng.choice(theme.nouns)
    one = kind != "plural"
    adjective = rng.choice(theme.adjectives if rng.random() < 0.65 else GENERAL)
    second = rng.choice(GENERAL)
    if adjective in noun.split() or second == adjective:
        second = adjective = "quiet"
    if noun in TIME_NOUNS:
        forms = [noun, f"in {noun}", f"{adjective} {noun}", f"{noun} again", f"another {noun}", f"{noun} is here",
                 f"the {noun} is {adjective}", f"{noun} and silence", f"this {adjective} {noun}"]
        return rng.choice(forms), noun, True
    a = article(adjective) if kind == "count" else "the"
    verb, trail, move = rng.choice(VERBS), rng.choice(TRAILS), rng.choice(MOVES)
    forms = [noun, f"the {noun}", f"{a} {adjective} {noun}", f"the {adjective} {noun}", f"{adjective} {noun}", f"{adjective} {second} {noun}",
             f"{article(adjective) if kind == 'count' else 'the'} {adjective} {second} {noun}", f"the {adjective} {second} {noun}",
             f"{rng.choice(PREPOSITIONS)} the {noun}", f"{rng.choice(PREPOSITIONS)} the {adjective} {noun}",
             f"{rng.choice(PREPOSITIONS)} the {adjective} {noun}", f"this {adjective} {noun}" if one else f"these {adjective} {noun}",
             f"{noun} {trail}", f"{noun} {trail}", f"{adjective} {noun} {trail}", f"the {noun} {trail}",
             f"{noun} {rng.choice(PREPOSITIONS)} the {rng.choice(theme.nouns)[0]}", f"{noun} on the {rng.choice(GENERAL)} {rng.choice(PLACES)}",
             f"{noun} of {rng.choice(NAMES)}", f"my {adjective} {noun}", f"how {adjective} the {noun}",
             f"{noun} and {rng.choice(theme.nouns)[0]}", f"so {adjective}, the {noun}",
             f"no {noun} today", f"I dream of the {noun}", f"alone with the {noun}", f"I remember the {noun}"]
    moves = f"{move}s" if one else move
    forms += [f"{noun} {moves} {trail}", f"the {adjective} {noun} {moves}", f"the {noun} {moves}"]
    if one:
        forms += [f"the {noun} {verb}", f"the {adjective} {noun} {verb}", f"{a} {noun} {verb}" if kind == "count" else f"{noun} {verb}"]
    return rng.choice(forms), noun, one


def dress(rng, first):
    """The opening as people type it: (text, whether all in lower case)."""
    first = first.replace(" i ", " I ")
    ending = rng.choice(ENDINGS)
    dice = rng.random()
    if dice < 0.75:
        return capital(first) + ending, False
    if dice < 0.97:
        return first + ending, first[0] != "I"
    return (first.title() if dice < 0.985 else first.upper()) + ending, False
