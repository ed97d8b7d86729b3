"""Counts the syllables of English words: rules of spelling, and those words of the themes that break them."""
import re

EXCEPTIONS = {
    "tongue": 1,
    **dict.fromkeys("""beyond bluer cafe careful crayon crooked dying evening every fireworks flour goodbye goodbyes hundred lonely milestone neon
        pigeon pigeons poem poet quiet ruins sacred scarecrow science sidewalk somehow someone something somewhere window's""".split(), 2),
    **dict.fromkeys("cereal everything familiar loneliness oasis somebody somebody's yesterday's".split(), 3),
}


def word_syllables(word):
    """Syllables of one word."""
    word = word.lower().strip("'")
    if word in EXCEPTIONS:
        return EXCEPTIONS[word]
    word = word.replace("'", "")
    count = len(re.findall(r"[aeiouy]+", word))
    if re.search(r"[^aeiou]e$", word) and not re.search(r"[^aeiouy]le$", word):
        count -= 1  # silent: "stone", but not "maple"
    if re.search(r"[^aeiou]es$", word) and not re.search(r"(s|x|z|ch|sh|c|g)es$|[^aeiouy]les$", word):
        count -= 1  # "stones", but not "roses" or "apples"
    if re.search(r"[^aeiou]ed$", word) and not re.search(r"[td]ed$", word):
        count -= 1  # "turned", but not "waited"
    if re.search(r"(i[ao]|eo|ua)(?!u)", word) and not re.search(r"[tscg]io|[tsc]ia|qua|gua|people|eous|eon$", word):
        count += 1  # "piano": two vowels, two syllables
    if re.search(r"[aeiou]ing", word):
        count += 1  # "going"
    return max(1, count)


def syllables(line):
    """Syllables of a line of words; punctuation does not count."""
    return sum(word_syllables(word) for word in re.findall(r"[A-Za-z']+", line))
