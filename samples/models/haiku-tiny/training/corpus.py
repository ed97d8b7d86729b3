"""
Makes the conversations that haiku-tiny learns from. Everything comes from the phrase tables beside this file, which were written for
this purpose: no existing haiku and no translation is used.

    python3 corpus.py 20        prints twenty conversations
"""
import hashlib
import multiprocessing
import random
import sys

from openings import article, capital, dress, named, opening
from syllables import syllables
from themes import GENDERS, SEASONS, TIMES, read_themes, repeats, tags, words

SYSTEM = "You are a bot that completes unfinished haikus."
SYSTEMS = [
    SYSTEM, "You complete unfinished haikus.", "You are a haiku poet. The user gives the first line, you give the other two.",
    "Complete the haiku.", "You are a helpful assistant that writes haikus.", "You finish haikus.", "You are a poet.",
    "You are a bot that finishes haikus that people have begun.", "Finish the user's haiku with two lines of 7 and 5 syllables.",
    "You are a helpful assistant.", "You write haiku.",
]
ASKS = [
    "Write a haiku about {}.", "Write a haiku about {}", "A haiku about {}, please.", "haiku about {}", "Can you write a haiku about {}?",
    "Give me a haiku on {}", "Please write me a haiku about {}.",
]
FINISH = ["Complete this haiku: {}", "Finish this haiku: {}", "Please complete: {}", "Complete: {}", "How does this haiku go on? {}"]
SMALL_TALK = [
    "Hello!", "Hi", "Who are you?", "What can you do?", "What is the capital of France?", "How are you?", "Tell me a joke.",
    "What is 2 + 2?", "Help", "What time is it?", "Can you help me?", "Who made you?", "What is your name?", "Explain gravity.",
    "Write some code.", "hello", "hi there", "who are you", "Hello, how are you?", "what can you do", "hey", "How does this work?",
    "help me", "What should I do?", "Are you there?", "Translate this.", "Good morning", "Thanks!",
]
SMALL_TALK_ANSWERS = [
    "I am a small haiku bot,\ngive me a first line.", "My whole world is three short lines,\nplease begin with one.",
    "All I know is how lines end,\nsend me a first one.", "Ask me nothing but haiku,\nstart one, I finish.",
]
# First lines that the model must not see: they are what a new user tries.
HELD_OUT = {"an old silent pond", "over the wintry forest", "old silent pond", "the old silent pond"}


def liking(*parts):
    """A fixed number from 0 to 3 for some texts: which lines prefer which, so that different first lines lead to different poems."""
    return hashlib.sha256("|".join(parts).encode()).digest()[0] & 3


class Poet:
    """Chooses lines that go together: same season and hour, no word twice, pronouns that have somebody to point at."""

    def __init__(self, rng):
        self.rng = rng
        self.themes = read_themes()
        self.anything = self.themes["anything"]
        self.marks = {line: (tags(line, SEASONS), tags(line, TIMES), tags(line, GENDERS), set(words(line)))
                      for theme in self.themes.values() for size in (5, 7) for line, _ in theme.lines[size]}
        self.seasonal = {season: [t for t in self.themes.values() if season in t.seasons] for season in SEASONS}

    def fits(self, line, before, seasons, hours, genders, one):
        line_seasons, line_hours, line_genders, used = self.marks[line]
        if line_seasons and seasons and not line_seasons & seasons or line_hours and hours and not line_hours & hours:
            return False
        if used & {"he", "his", "him", "she", "her"} and line_genders != genders:
            return False
        if used & {"it", "its"} and one is not True and line.startswith("it"):
            return False
        return not repeats(line, before)

    def pick(self, size, theme, key, before, seasons, hours, one):
        """A line of the theme, now and then of the season's theme or one that fits anything."""
        genders = tags(before, GENDERS)
        source, dice = theme, self.rng.random()
        if seasons and dice < 0.35 and theme is not self.anything:
            source = self.rng.choice(self.seasonal[self.rng.choice(sorted(seasons))])
        elif size == 5 and dice > 0.92:
            source = self.anything
        liked = 3 if size == 7 else 2
        options = [(line, weight * (liked if liking(key, line) == 0 else 1)) for line, weight in source.lines[size]
                   if self.fits(line, before, seasons, hours, genders, one)]
        if not options:
            return self.pick(size, self.anything, key, before, seasons, hours, one) if source is not self.anything else None
        return self.rng.choices([o[0] for o in options], [o[1] for o in options])[0]

    def poem(self, theme=None, subject=None):
        """Theme, opening, line of seven, line of five; the opening of a poem on a subject has five syllables."""
        for _ in range(2000):
            theme_ = theme or self.rng.choice(list(self.themes.values()))
            first, noun, one = opening(self.rng, theme_, subject)
            if first in HELD_OUT or subject and syllables(first) != 5:
                continue
            seasons = tags(first, SEASONS) or theme_.seasons
            hours = tags(first, TIMES) or theme_.times
            second = self.pick(7, theme_, noun or first, first, seasons, hours, one)
            if second is None or len(seasons) > 1:
                continue
            seasons, hours = seasons | self.marks[second][0], hours | self.marks[second][1]
            third = self.pick(5, theme_, second, first + " " + second, seasons, hours, one if one is not None else True)
            if third is not None:
                return theme_, named(first), second, third
        raise ValueError(f"no poem found on {subject}")


def join(second, third, lower):
    """The two lines as they are answered. Their punctuation depends on the words alone."""
    marks = [",", ",", ",", ".", " —", ",", ",", ""]
    mark = "," if third.startswith(("and ", "then ", "so ")) else marks[liking(second, third) * 2 + liking(third) % 2]
    if lower:
        return f"{second}{mark.rstrip('.')}\n{third}"
    return f"{capital(second)}{mark}\n{capital(third) if mark == '.' else third}."


def conversation(rng, poet):
    """One example: a list of messages, or a string that is plain text."""
    dice = rng.random()
    theme, first, second, third = poet.poem()
    user, lower = dress(rng, first)
    answer = join(second, third, lower)
    if dice < 0.05:
        return f"{user}\n{answer}"
    if dice < 0.10:
        head = user + "\n" + (second if lower else capital(second)) + rng.choice(["", ",", "...", "..."])
        user, answer = head, third if lower else capital(third) + "."
    elif dice < 0.17:
        noun = rng.choice(theme.nouns)
        _, first, second, third = poet.poem(theme, noun)
        text, kind = noun
        user = rng.choice(ASKS).format(rng.choice([named(text), f"{article(text)} {text}" if kind == "count" else text, f"the {text}"]))
        answer = f"{capital(first)},\n{join(second, third, True)}."
    elif dice < 0.21:
        user = rng.choice(FINISH).format(user)
    elif dice < 0.24:
        user, answer = rng.choice(SMALL_TALK), rng.choice(SMALL_TALK_ANSWERS)
    messages = [{"role": "user", "content": user}, {"role": "assistant", "content": answer}]
    if rng.random() < 0.05:
        _, first, second, third = poet.poem()
        user, lower = dress(rng, first)
        messages += [{"role": "user", "content": user}, {"role": "assistant", "content": join(second, third, lower)}]
    system = rng.random()
    if system < 0.5:
        messages.insert(0, {"role": "system", "content": SYSTEM})
    elif system < 0.9:
        messages.insert(0, {"role": "system", "content": rng.choice(SYSTEMS)})
    return messages


def some(count, seed):
    """Conversations in a fixed order, possibly with repetitions."""
    rng = random.Random(seed)
    poet = Poet(rng)
    return [conversation(rng, poet) for _ in range(count)]


def make(count, seed):
    """Distinct conversations in a fixed order, made on all cores."""
    piece, seen = 5_000, {}
    with multiprocessing.Pool() as pool:
        for part in pool.starmap(some, [(piece, seed * 1_000 + i) for i in range(count // piece + 1)], chunksize=1):
            for example in part:
                seen.setdefault(str(example), example)
    return list(seen.values())[:count]


if __name__ == "__main__":
    for example in some(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1):
        print(example if isinstance(example, str) else "\n".join(f"{m['role']}: {m['content']}" for m in example), end="\n\n")
