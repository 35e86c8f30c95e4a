#!/usr/bin/env python3
"""Writes tests/worldmodel/roberta: a directory of the form in which CodeBERT comes (config.json, vocab.json,
merges.txt, model.safetensors), scaled down and with random weights, and expected.json: what Hugging Face's tokenizer
and model make of some texts. Needs three packages from PyPI:

    python3 -m venv venv && venv/bin/pip install transformers tokenizers torch
    venv/bin/python scripts/worldmodel/make_roberta_fixture.py

The files that are committed were made with transformers 5.24.0, tokenizers 0.23.3 and torch 2.15.0.
"""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import RobertaConfig, RobertaModel, RobertaTokenizer

FOLDER = Path(__file__).resolve().parents[2] / "tests/worldmodel/roberta"
SEED = 5
SPECIAL_TOKENS = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
VOCABULARY_SIZE = 400
POSITIONS = 66  # of which 64 are for tokens

PROGRAM = """for i0 in 16:
 allocate s0 float32[4, 1] stack
 s0 = 0f
 for i1 in 1:
  for i2 in 4:
   unrolled for i3 in 6 reducing:
    s0[i2, i1] += (in0[i3, i1] * in1[i2, i3])
 vectorized for i4 in 4:
  s1[((i0 % 2)*4 + i4), (i0 / 2)] = max(s0[((i0 % 2)*4 + i4), (i0 / 2)], 0f)
"""
PROSE = "It's what we'll say: they're 12 loops, they've 345 bodies; I'm sure he'd parallel don't."
TEXTS = [
    "",
    " ",
    "\n",
    "for",
    " for",
    "  for",
    "for i0 in 16:\n",
    "a  b",
    "a \n b",
    "a\n\n\tb",
    "trailing  ",
    " \n",
    "x= -1e-05f,(y)",
    "'s 't'' 'll",
    "don't can'T",
    "i0i1 12ab34",
    "((((((((",
    "        ",
    "caf\u00e9 na\u00efve",
    "\x01\x7f",
    PROSE,
    PROGRAM.splitlines()[7],
    PROGRAM,
]


def random_texts(count: int) -> list[str]:
    """Texts over the characters about which the split into words decides."""
    generator = random.Random(SEED)
    return ["".join(generator.choices("  \n\t'sldvmteri09+=[]\u00e9", k=30)) for _ in range(count)]


def write_tokenizer() -> None:
    """Learns merges from the texts above; the numbers of the special tokens are CodeBERT's but for <mask>."""
    learner = ByteLevelBPETokenizer()
    learner.train_from_iterator(
        [PROGRAM, PROSE], vocab_size=VOCABULARY_SIZE, min_frequency=1, special_tokens=SPECIAL_TOKENS, show_progress=False
    )
    learner.save_model(str(FOLDER))


def write_model() -> RobertaModel:
    """Every weight is random, so that none can be left out unnoticed."""
    torch.manual_seed(SEED)
    config = RobertaConfig(
        vocab_size=VOCABULARY_SIZE,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=POSITIONS,
        type_vocab_size=1,
        layer_norm_eps=1e-5,
    )
    model = RobertaModel(config, add_pooling_layer=False).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            mean = 1.0 if name.endswith("LayerNorm.weight") else 0.0
            parameter.normal_(mean, 0.3)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        for name in ("config.json", "model.safetensors"):
            (FOLDER / name).write_bytes((Path(folder) / name).read_bytes())
    return RobertaModel.from_pretrained(FOLDER, add_pooling_layer=False).eval()


def rounded(values: torch.Tensor) -> list[float]:
    return [round(value, 5) for value in values.flatten().tolist()]


def tokens(text: str, tokenizer: RobertaTokenizer) -> list[int]:
    return tokenizer(text, truncation=True, max_length=POSITIONS - 2)["input_ids"]


def expectation(text: str, tokenizer: RobertaTokenizer, model: RobertaModel, with_states: bool) -> dict:
    ids = tokens(text, tokenizer)
    with torch.no_grad():
        states = model(torch.tensor([ids])).last_hidden_state[0]
    entry = {"text": text, "tokens": ids, "mean": rounded(states.mean(0))}
    if with_states:
        entry["states"] = rounded(states)
    return entry


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_tokenizer()
    model = write_model()
    tokenizer = RobertaTokenizer.from_pretrained(FOLDER)
    entries = [expectation(text, tokenizer, model, text in TEXTS[6:9]) for text in TEXTS]
    entries += [{"text": text, "tokens": tokens(text, tokenizer)} for text in random_texts(60)]
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (FOLDER / "expected.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
