"""
Trains haiku-tiny: a tokenizer, then a Llama of 3.7 million parameters, on the text of corpus.py. Needs a GPU for two to four minutes.

    python3 train.py --out DIR [--fixtures DIR] [--examples N] [--steps N] [--max-seconds S] [--cpu]
"""
import argparse
import json
import math
import pathlib
import random
import time

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

import corpus
import evaluate
from tokenizer import BOS, EOS, EOT, HEADER, HEADER_END, PAD, build_tokenizer

ROW = 128  # tokens of one example in a batch; longer ones are left out
IGNORED = -100


def render(messages):
    """What the chat template makes of the messages, as pieces: (whether it is learnt, text)."""
    pieces, text = [], BOS
    for message in messages:
        text += f"{HEADER}{message['role']}{HEADER_END}\n\n"
        if message["role"] == "assistant":
            pieces += [(False, text), (True, message["content"] + EOT)]
            text = ""
        else:
            text += message["content"] + EOT
    return pieces


def encode(tokenizer, examples):
    """Token ids and labels of every example: only what the assistant says, or a plain text, is learnt."""
    pieces, owners = [], []
    for index, example in enumerate(examples):
        parts = [(False, BOS), (True, example + EOS)] if isinstance(example, str) else render(example)
        pieces += parts
        owners += [index] * len(parts)
        if index < 500 and not isinstance(example, str):  # the shortcut above says what the template says
            assert "".join(text for _, text in parts) == tokenizer.apply_chat_template(example, tokenize=False), example
    rows = [([], []) for _ in examples]
    all_ids = tokenizer([text for _, text in pieces], add_special_tokens=False, return_attention_mask=False)["input_ids"]
    for index, (learnt, _), ids in zip(owners, pieces, all_ids):
        rows[index][0].extend(ids)
        rows[index][1].extend(ids if learnt else [IGNORED] * len(ids))
    return [row for row in rows if len(row[0]) <= ROW]


def padded(rows, pad):
    """Rows of ROW tokens as two tensors."""
    tokens = np.full((len(rows), ROW), pad, dtype=np.int64)
    labels = np.full((len(rows), ROW), IGNORED, dtype=np.int64)
    for i, (ids, targets) in enumerate(rows):
        tokens[i, :len(ids)] = ids
        labels[i, :len(targets)] = targets
    return torch.from_numpy(tokens), torch.from_numpy(labels)


def loss_of(model, tokens, labels):
    logits = model(input_ids=tokens).logits[:, :-1].float()
    return torch.nn.functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), labels[:, 1:].reshape(-1), ignore_index=IGNORED)


def train(model, data, held_out, args, device):
    """AdamW with a warm-up and a cosine; fewer steps than asked for where the time would not do."""
    tokens, labels = (t.to(device) for t in data)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.1}, {"params": plain, "weight_decay": 0.0}],
                                  lr=args.rate, betas=(0.9, 0.95), fused=device == "cuda")
    steps, step, start = args.steps, 0, time.time()
    mixed = torch.autocast(device, dtype=torch.bfloat16)
    while step < steps:
        order = torch.randperm(len(tokens), device=device)
        for at in range(0, len(order) - args.batch + 1, args.batch):
            if step == 20:
                torch.cuda.synchronize() if device == "cuda" else None
                warm_start = time.time()
            if step == 70:  # does the plan fit into the time?
                torch.cuda.synchronize() if device == "cuda" else None
                each = (time.time() - warm_start) / 50
                steps = min(steps, int(args.max_seconds / each))
                print(f"{each * 1000:.1f} ms a step, {steps} steps", flush=True)
            warm, done = min(1, (step + 1) / 150), step / steps
            for group in optimizer.param_groups:
                group["lr"] = args.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
            batch = order[at:at + args.batch]
            with mixed:
                loss = loss_of(model, tokens[batch], labels[batch])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step += 1
            if step % 200 == 0 or step == steps:
                with torch.no_grad(), mixed:
                    other = loss_of(model, held_out[0].to(device), held_out[1].to(device))
                print(f"step {step}: loss {loss.item():.4f}, held out {other.item():.4f}, {time.time() - start:.0f} s", flush=True)
            if step >= steps:
                break


def save(model, tokenizer, folder):
    """The folder as it is published: bf16 weights, and a config.json that older readers understand as well."""
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config |= {"rope_theta": 10000.0, "torch_dtype": "bfloat16"}
    path.write_text(json.dumps(dict(sorted(config.items())), indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--fixtures", type=pathlib.Path)
    parser.add_argument("--examples", type=int, default=240_000)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--max-seconds", type=float, default=120)
    parser.add_argument("--cpu", action="store_true")
    args = parser.parse_args()
    device = "cpu" if args.cpu else "cuda"
    torch.manual_seed(1)
    random.seed(1)
    torch.set_float32_matmul_precision("high")

    start = time.time()
    args.out.mkdir(parents=True, exist_ok=True)
    examples = corpus.make(args.examples, seed=1)
    tokenizer = build_tokenizer(examples)
    rows = encode(tokenizer, examples)
    print(f"{len(rows)} of {len(examples)} examples, {sum(len(r[0]) for r in rows)} tokens, vocabulary {len(tokenizer)}, "
          f"{time.time() - start:.0f} s", flush=True)

    eot, eos, pad = (tokenizer.convert_tokens_to_ids(t) for t in (EOT, EOS, PAD))
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=256, intermediate_size=768, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, head_dim=64, max_position_embeddings=512, rms_norm_eps=1e-5, tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id, eos_token_id=eot, pad_token_id=pad, initializer_range=0.02)).to(device)
    print(f"{sum(p.numel() for p in model.parameters())} parameters", flush=True)
    held_out = padded(rows[-1024:], pad)
    train(model, padded(rows[:-1024], pad), held_out, args, device)

    model.generation_config.update(bos_token_id=tokenizer.bos_token_id, eos_token_id=[eot, eos], pad_token_id=pad,
                                   do_sample=True, temperature=0.3)
    save(model.cpu(), tokenizer, args.out)

    loaded = AutoModelForCausalLM.from_pretrained(args.out, dtype=torch.float32).to(device).eval()
    evaluate.show(loaded, AutoTokenizer.from_pretrained(args.out))
    if args.fixtures:
        evaluate.write_fixtures(loaded.cpu(), AutoTokenizer.from_pretrained(args.out), args.fixtures)


if __name__ == "__main__":
    main()
