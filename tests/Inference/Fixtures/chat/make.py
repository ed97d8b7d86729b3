"""Renders the fixtures of this folder with jinja2, set up as Hugging Face transformers sets it up for chat templates.

    python3 make.py            (needs jinja2 3.1; written with 3.1.6 on Python 3.11)

Writes expressions.json and whitespace-expected.json (small templates) and conversations.json (templates/*.jinja over
conversations). A template that fails is recorded with the type and the text of the error.
"""
import datetime
import itertools
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

HERE = pathlib.Path(__file__).parent
NOW = datetime.datetime(2026, 3, 7, 14, 5, 9)


class Generation(jinja2.ext.Extension):
    """{% generation %} marks what the assistant said; its text is rendered as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def environment(trim=True, lstrip=True, keep=False):
    env = jinja2.sandbox.SandboxedEnvironment(
        trim_blocks=trim, lstrip_blocks=lstrip, keep_trailing_newline=keep,
        extensions=[Generation, jinja2.ext.loopcontrols])

    def raise_exception(message):
        raise jinja2.exceptions.TemplateError(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def outcome(env, source, variables):
    try:
        return {"output": env.from_string(source).render(**variables)}
    except (Exception, SystemExit) as error:
        return {"error": str(error) or type(error).__name__, "type": type(error).__name__}


def expressions():
    variables = json.loads((HERE / "variables.json").read_text())
    env = environment(trim=False, lstrip=False)
    cases = []
    for line in (HERE / "expressions.txt").read_text().split("\n"):
        if line and not line.startswith("# "):
            cases.append({"template": line, **outcome(env, line, variables)})
    return cases


def whitespace():
    variables = json.loads((HERE / "variables.json").read_text())
    cases = []
    for source in json.loads((HERE / "whitespace.json").read_text()):
        for trim, lstrip, keep in itertools.product((False, True), repeat=3):
            result = outcome(environment(trim, lstrip, keep), source, variables)
            cases.append({"template": source, "trim": trim, "lstrip": lstrip, "keep": keep, **result})
    return cases


def conversations():
    env = environment()
    cases = []
    given = json.loads((HERE / "chats.json").read_text())
    tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    for path in sorted((HERE / "templates").glob("*.jinja")):
        for name, chat in given.items():
            for prompt in (False, True):
                variables = {**tokens, "documents": None, "tools": None, **chat, "add_generation_prompt": prompt}
                cases.append({"template": path.stem, "chat": name, "prompt": prompt, **outcome(env, path.read_text(), variables)})
    return cases


def write(name, cases):
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    (HERE / name).write_text(f"[\n{lines}\n]\n")
    print(name, len(cases), "cases,", sum("error" in case for case in cases), "of them errors")


write("expressions.json", expressions())
write("whitespace-expected.json", whitespace())
if (HERE / "chats.json").exists():
    write("conversations.json", conversations())
