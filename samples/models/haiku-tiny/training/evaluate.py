"""Looks at what the model writes, and writes down what the engine's tests compare with."""
import json

import torch

from corpus import SYSTEM
from syllables import syllables

SEEN = ["The old forest...", "Winter pond", "a heron waits", "In the moonlight...", "The temple bell...", "cherry blossoms", "After the harvest,",
        "On the night train...", "Rain", "A small frog..."]
UNSEEN = ["An old silent pond...", "Over the wintry forest...", "Snow on the rooftops of Kyoto...", "The city never sleeps", "My grandmother's garden...",
          "Waves against the shore", "A lonely lighthouse keeper...", "Coffee at midnight,", "First day of spring...", "Leaves drift down the lane...",
          "The astronaut floats", "A thousand paper cranes", "Dust on the piano keys...", "Thunder in the distance...", "I miss you tonight",
          "The last train has gone", "green tea in my hands...", "Butterfly on my sleeve...", "Silence after the storm...", "the compiler complains"]


def chat(tokenizer, first, system=SYSTEM):
    messages = ([{"role": "system", "content": system}] if system else []) + [{"role": "user", "content": first}]
    return messages, tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)


@torch.no_grad()
def complete(model, tokenizer, prompt, temperature=0.0, most=60, seed=0):
    """Token ids and text of one completion, and the smallest distance between the best and the second-best logit."""
    ends = set(model.generation_config.eos_token_id)
    prompt_ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    ids, gap = list(prompt_ids), float("inf")
    generator = torch.Generator().manual_seed(seed)
    while len(ids) - len(prompt_ids) < most:
        logits = model(input_ids=torch.tensor([ids], device=model.device)).logits[0, -1].float().cpu()
        best = logits.topk(2)
        gap = min(gap, (best.values[0] - best.values[1]).item())
        token = best.indices[0].item() if temperature == 0 else torch.multinomial(torch.softmax(logits / temperature, 0), 1, generator=generator).item()
        ids.append(token)
        if token in ends:
            break
    made = ids[len(prompt_ids):]
    return made, tokenizer.decode(made, skip_special_tokens=True), gap


def show(model, tokenizer):
    """Prints completions, greedy and at temperature 0.3, and how many have a line of seven and a line of five."""
    good = total = 0
    for name, firsts in (("seen", SEEN), ("unseen", UNSEEN)):
        for first in firsts:
            _, prompt = chat(tokenizer, first)
            texts = [complete(model, tokenizer, prompt)[1]] + [complete(model, tokenizer, prompt, 0.3, seed=s)[1] for s in (1, 2)]
            for text in texts:
                lines = text.split("\n")
                total += 1
                good += [syllables(line) for line in lines] == [7, 5]
            print(f"{name}: {first}  " + "   ".join("[" + text.replace("\n", " / ") + "]" for text in texts), flush=True)
    print(f"{good} of {total} have lines of seven and five syllables")
    for system, first in ((None, "An old silent pond..."), (None, "Write a haiku about the sea."), (SYSTEM, "Hello!"),
                          (SYSTEM, "Autumn evening...\na crow settles on a branch")):
        _, prompt = chat(tokenizer, first, system)
        print(repr(first), "->", repr(complete(model, tokenizer, prompt, 0.3)[1]))
    print(repr(complete(model, tokenizer, tokenizer.bos_token + "The old mill...\n")[1]))


def write_fixtures(model, tokenizer, folder, count=20, least_gap=0.02):
    """Greedy completions in float32, with the rendered prompts and their tokens; only such as rounding does not turn."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for first in UNSEEN + SEEN:
        messages, prompt = chat(tokenizer, first)
        ids, text, gap = complete(model, tokenizer, prompt)
        if gap < least_gap:
            continue
        prompt_ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
        logits = model(input_ids=torch.tensor([prompt_ids])).logits[0, -1].detach()
        cases.append({"messages": messages, "prompt": prompt, "prompt_token_ids": prompt_ids, "greedy_token_ids": ids, "text": text,
                      "smallest_gap": round(gap, 5), "first_logits": [round(v, 5) for v in logits[:64].tolist()]})
    note = (f"Greedy completions by transformers in float32 (training/train.py), best and second-best logit at least {least_gap} apart; "
            "first_logits: logits of tokens 0 to 63 after the prompt.")
    (folder / "greedy.json").write_text(json.dumps({"note": note, "cases": cases[:count]}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(cases[:count])} fixtures")
