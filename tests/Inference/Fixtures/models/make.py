"""Makes the model fixtures beside this file with Hugging Face transformers (written for 5.17, float32, eager attention, CPU).

    python make.py OUT

Each fixture is a folder with
  config.json           as transformers 5 saves it, or spelled as transformers 4 did where the fixture says so
  fixture.json          seed and tensors of the weights, the prompts and their greedy continuations
  logits.safetensors    expected logits: tensor "prompt.N" holds one row for each of the prompt's positions in fixture.json
and has no weights: they are a function of seed, tensor name and index (see `numbers`), which the tests compute as well, so that
models may be large enough to be interesting while the fixtures stay small. One fixture has weight files as transformers wrote them.

Prompts are drawn again until, at each of the 24 greedy steps, the best logit leads the second by more than 10 times the
tolerance (1e-3 of the largest absolute logit of the row), so that rounding cannot change a token, and until the continuation
has at least 6 different tokens. `bf16_deviation` is how far transformers itself, run in bfloat16, comes out from the float32
logits, in the same relative measure: the yardstick of the bfloat16 bounds.
"""
import json
import math
import pathlib
import shutil
import sys

import numpy
import torch
import transformers
from safetensors.torch import save_file

TOLERANCE = 1e-3
STEPS = 24
PROMPT_LENGTHS = [1, 6, 33, 97]
MASK = (1 << 64) - 1


def numbers(seed, name, count):
    """One 64-bit number an element: SplitMix64 from a state that FNV-1a makes of the tensor's name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    state = (state + seed * 0x9E3779B97F4A7C15) & MASK
    z = numpy.uint64(state) + numpy.arange(1, count + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return z ^ (z >> numpy.uint64(31))


def tensor(seed, name, shape, exponent, bits):
    """Odd multiples of 2^-bits between -1 and 1, times 2^exponent: with 8 bits exact in bfloat16 and float16, with 24 in float32 only.

    Norm weights (exponent None) are multiples of 1/128 from 1/2 to 3/2.
    """
    z = numbers(seed, name, math.prod(shape))
    if exponent is None:
        values = (64 + (z >> numpy.uint64(57)).astype(numpy.float64)) / 128
    else:
        top = (z >> numpy.uint64(64 - bits)).astype(numpy.float64)
        values = (2 * top + 1 - 2.0**bits) / 2.0**bits * 2.0**exponent
    return torch.from_numpy(values.astype(numpy.float32)).reshape(shape)


def exponent_of(name, shape, tied):
    """How large a tensor's numbers are, chosen so that every part of the model shows in its logits.

    Where head and embedding are one, embeddings and biases are small, or the model would only repeat a token.
    """
    if "norm" in name:
        return None
    if name.endswith(".bias"):
        return -2 if tied else 0
    if "embed_tokens" in name:
        return -3 if tied else 0
    gain = 2 if any(part in name for part in ("q_proj", "o_proj")) else 1
    return round(math.log2(gain * math.sqrt(3 / shape[1])))


def llama_names(name, parameter, config):
    """The tensors of the fixture that make up one parameter: Phi-3 fuses what Llama keeps apart."""
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    if "qkv_proj" in name:
        rows = [config.num_attention_heads * head] + [config.num_key_value_heads * head] * 2
        return [(name.replace("qkv_proj", part), (n, parameter.shape[1])) for part, n in zip(("q_proj", "k_proj", "v_proj"), rows)]
    if "gate_up_proj" in name:
        return [(name.replace("gate_up_proj", part), (config.intermediate_size, parameter.shape[1])) for part in ("gate_proj", "up_proj")]
    return [(name, tuple(parameter.shape))]


def fill(model, seed, bits):
    """Gives the model its weights; returns what a reader needs to make them again."""
    described = []
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parts = []
            for part, shape in llama_names(name, parameter, model.config):
                exponent = exponent_of(part, shape, model.config.tie_word_embeddings)
                parts.append(tensor(seed, part, shape, exponent, bits))
                described.append({"name": part, "shape": list(shape), "exponent": exponent})
            parameter.copy_(torch.cat(parts))
    return described


def logits_of(model, prompts):
    """[prompts, positions, vocabulary] for prompts of one length."""
    with torch.no_grad():
        return model(input_ids=torch.as_tensor(prompts), use_cache=False).logits.float()


def continuations(model, prompts):
    """The greedy continuation of each prompt; None where a step is too close to call or the text is dull."""
    tokens = torch.as_tensor(prompts)
    clear = torch.ones(len(prompts), dtype=torch.bool)
    for _ in range(STEPS):
        rows = logits_of(model, tokens)[:, -1]
        best = torch.topk(rows, 2)
        clear &= best.values[:, 0] - best.values[:, 1] > 10 * TOLERANCE * rows.abs().amax(1)
        tokens = torch.cat([tokens, best.indices[:, :1]], 1)
    new = tokens[:, -STEPS:].tolist()
    return [text if ok and len(set(text)) >= 6 else None for text, ok in zip(new, clear.tolist())]


def clear_prompt(model, random, length):
    """A prompt whose greedy continuation cannot be changed by rounding, or None if 320 are not."""
    for _ in range(10):
        prompts = random.integers(3, model.config.vocab_size, (32, length)).tolist()
        for prompt, new in zip(prompts, continuations(model, prompts)):
            if new is not None:
                return {"tokens": prompt, "positions": positions_of(length), "continuation": new}
    return None


def positions_of(length):
    """First, last and a few between, on both sides of a block of 16 and of 32 tokens."""
    return sorted({p for p in (0, 4, 15, 16, 31, 47, length - 1) if p < length})


def make(out, name, spec):
    folder = out / name
    folder.mkdir(parents=True)
    bits = spec.get("bits", 8)
    config = spec["config"]
    if isinstance(config, dict):
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    else:
        config.save_pretrained(folder)
    # What is tested is the file: the model is built from it, not from the object above.
    loaded = spec.get("reference") or transformers.AutoConfig.from_pretrained(folder)
    model = transformers.AutoModelForCausalLM.from_config(loaded, attn_implementation="eager", dtype=torch.float32).eval()

    for seed in range(1, 6):
        tensors = fill(model, seed, bits)
        random = numpy.random.default_rng(seed)
        prompts = [clear_prompt(model, random, length) for length in PROMPT_LENGTHS]
        if all(prompts):
            break
    else:
        raise SystemExit(f"{name}: no seed gives prompts that are clear enough")

    expected = {f"prompt.{i}": logits_of(model, [p["tokens"]])[0, p["positions"]].contiguous() for i, p in enumerate(prompts)}
    save_file(expected, folder / "logits.safetensors")
    if spec.get("files"):
        model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="24KB")
        (folder / "generation_config.json").unlink(missing_ok=True)
        if isinstance(config, dict):
            (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")

    half = model.to(torch.bfloat16)
    deviation = 0.0
    for i, p in enumerate(prompts):
        wanted = expected[f"prompt.{i}"]
        found = logits_of(half, [p["tokens"]])[0, p["positions"]]
        deviation = max(deviation, ((found - wanted).abs().amax(1) / wanted.abs().amax(1)).max().item())

    fixture = {
        "transformers": transformers.__version__,
        "seed": seed,
        "bits": bits,
        "storage": spec.get("storage", "BF16"),
        "bf16_deviation": round(deviation, 5),
        "tensors": [] if spec.get("files") else tensors,
        "prompts": prompts,
    }
    text = json.dumps(fixture)
    for key in ('"tensors": [', '"prompts": [', '{"name"', '{"tokens"', '], "prompts"'):
        text = text.replace(key, "\n" + key)
    (folder / "fixture.json").write_text(text + "\n")
    print(f"{name:16} seed {seed}  bf16 deviation {deviation:.4f}  largest logit {max(v.abs().max() for v in expected.values()):.2f}", flush=True)


def fixtures():
    from transformers import LlamaConfig, MistralConfig, Phi3Config, Qwen2Config, Qwen3Config

    common = dict(max_position_embeddings=512, bos_token_id=1, eos_token_id=2, pad_token_id=0, tie_word_embeddings=False)

    def old(architecture, model_type, **fields):
        """config.json in the spelling of transformers 4."""
        return {"architectures": [architecture], "model_type": model_type, "hidden_act": "silu", "torch_dtype": "bfloat16",
                "transformers_version": "4.44.0", **common, **fields}

    # Attention with a head for each key, a vocabulary and a width that are no multiple of 8.
    yield "llama2", dict(config=old(
        "LlamaForCausalLM", "llama", vocab_size=259, hidden_size=64, intermediate_size=172, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=4, rms_norm_eps=1e-5, rope_scaling=None, pretraining_tp=1))
    # Scaling bites: wavelengths between 8 and 32 positions are blended, longer ones divided.
    yield "llama3", dict(config=old(
        "LlamaForCausalLM", "llama", vocab_size=256, hidden_size=128, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=1, rms_norm_eps=1e-5, rope_theta=500000.0, tie_word_embeddings=True,
        rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                      "original_max_position_embeddings": 32}))
    # The same scaling in the spelling of transformers 5.
    yield "llama3-v5", dict(config=LlamaConfig(
        vocab_size=256, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        rope_parameters={"rope_type": "llama3", "rope_theta": 10000.0, "factor": 4.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 64},
        architectures=["LlamaForCausalLM"], **common))
    # Numbers that bfloat16 cannot hold: running it in bfloat16 rounds the weights.
    yield "llama-bias", dict(storage="F32", bits=24, config=LlamaConfig(
        vocab_size=256, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        attention_bias=True, mlp_bias=True, architectures=["LlamaForCausalLM"], **common))
    yield "llama-linear", dict(storage="F16", config=old(
        "LlamaForCausalLM", "llama", vocab_size=256, hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-6, rope_theta=10000.0,
        rope_scaling={"type": "linear", "factor": 4.0}))
    # No Llama in transformers rotates partially; Phi-3 with its projections taken apart is that model.
    partial = dict(vocab_size=256, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2,
                   num_key_value_heads=1, rms_norm_eps=1e-5)
    yield "llama-partial", dict(
        config=old("LlamaForCausalLM", "llama", rope_theta=10000.0, partial_rotary_factor=0.5, **partial),
        reference=Phi3Config(rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5},
                             original_max_position_embeddings=512, sliding_window=None, **partial, **common))
    yield "llama-sharded", dict(files=True, config=LlamaConfig(
        vocab_size=128, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
        architectures=["LlamaForCausalLM"], **common))
    # A window that is no multiple of a block and shorter than two of the prompts.
    yield "mistral", dict(config=MistralConfig(
        vocab_size=256, hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
        sliding_window=20, rms_norm_eps=1e-5, architectures=["MistralForCausalLM"], **common))
    yield "qwen2", dict(config=Qwen2Config(
        vocab_size=256, hidden_size=128, intermediate_size=192, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1,
        rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, use_sliding_window=False, architectures=["Qwen2ForCausalLM"],
        **{**common, "tie_word_embeddings": True}))
    yield "qwen2-window", dict(config=old(
        "Qwen2ForCausalLM", "qwen2", vocab_size=256, hidden_size=64, intermediate_size=128, num_hidden_layers=3,
        num_attention_heads=4, num_key_value_heads=2, rms_norm_eps=1e-6, rope_theta=10000.0,
        use_sliding_window=True, sliding_window=11, max_window_layers=1))
    # Heads are wider together than the model.
    yield "qwen3", dict(config=Qwen3Config(
        vocab_size=256, hidden_size=64, intermediate_size=128, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
        head_dim=32, rope_parameters={"rope_type": "default", "rope_theta": 1000000.0}, architectures=["Qwen3ForCausalLM"],
        **{**common, "tie_word_embeddings": True}))


def main():
    out = pathlib.Path(sys.argv[1])
    torch.manual_seed(0)
    for name, spec in fixtures():
        shutil.rmtree(out / name, ignore_errors=True)
        make(out, name, spec)


if __name__ == "__main__":
    main()
