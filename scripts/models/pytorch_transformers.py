"""BERT-base and GPT-Neo 125M in PyTorch, as the package transformers writes them (its names, its order of operations)
with what PyTorch fuses: layer norm, softmax, and GELU in both forms."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LAYERS = 12
HIDDEN = 768
HEADS = 12
HEAD_SIZE = HIDDEN // HEADS
INTERMEDIATE = 3072


def split_heads(x: Tensor) -> Tensor:
    """[batch, tokens, hidden] -> [batch, heads, tokens, head's size]."""
    return x.view(*x.shape[:-1], HEADS, HEAD_SIZE).permute(0, 2, 1, 3)


def merge_heads(x: Tensor) -> Tensor:
    """The reverse."""
    return x.permute(0, 2, 1, 3).contiguous().view(x.shape[0], x.shape[2], HIDDEN)


def additive_mask(mask: Tensor) -> Tensor:
    """[batch, tokens] of ones and zeros -> [batch, 1, 1, tokens] of zeros and the most negative float."""
    return (1.0 - mask[:, None, None, :].to(torch.float32)) * torch.finfo(torch.float32).min


class BertSelfAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(HIDDEN, HIDDEN)
        self.key = nn.Linear(HIDDEN, HIDDEN)
        self.value = nn.Linear(HIDDEN, HIDDEN)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        query, key, value = (split_heads(part(x)) for part in (self.query, self.key, self.value))
        scores = torch.matmul(query, key.transpose(-1, -2)) / math.sqrt(HEAD_SIZE)
        return merge_heads(torch.matmul(F.softmax(scores + mask, dim=-1), value))


class BertOutput(nn.Module):
    """Projection, sum with the branch's input, layer norm."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=1e-12)

    def forward(self, x: Tensor, residual: Tensor) -> Tensor:
        return self.LayerNorm(self.dense(x) + residual)


class BertLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.ModuleDict({"self": BertSelfAttention(), "output": BertOutput(HIDDEN)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(HIDDEN, INTERMEDIATE)})
        self.output = BertOutput(INTERMEDIATE)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.attention["output"](self.attention["self"](x, mask), x)
        return self.output(F.gelu(self.intermediate["dense"](x)), x)


class BertBase(nn.Module):
    """Encoder and pooler, uncased vocabulary."""

    def __init__(self) -> None:
        super().__init__()
        self.embeddings = nn.ModuleDict(
            {
                "word_embeddings": nn.Embedding(30522, HIDDEN),
                "position_embeddings": nn.Embedding(512, HIDDEN),
                "token_type_embeddings": nn.Embedding(2, HIDDEN),
                "LayerNorm": nn.LayerNorm(HIDDEN, eps=1e-12),
            }
        )
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(BertLayer() for _ in range(LAYERS))})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(HIDDEN, HIDDEN)})

    def forward(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> tuple[Tensor, Tensor]:
        parts = self.embeddings
        x = parts["word_embeddings"](input_ids) + parts["token_type_embeddings"](token_type_ids)
        x = parts["LayerNorm"](x + parts["position_embeddings"](torch.arange(input_ids.shape[1])[None]))
        mask = additive_mask(attention_mask)
        for layer in self.encoder["layer"]:
            x = layer(x, mask)
        return x, torch.tanh(self.pooler["dense"](x[:, 0]))


class GptNeoSelfAttention(nn.Module):
    """Causal; a local one looks at the last `window` tokens. The scores are not scaled."""

    def __init__(self, window: int | None) -> None:
        super().__init__()
        self.q_proj = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.k_proj = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.v_proj = nn.Linear(HIDDEN, HIDDEN, bias=False)
        self.out_proj = nn.Linear(HIDDEN, HIDDEN)
        seen = torch.ones(2048, 2048, dtype=torch.bool).tril()
        if window is not None:
            seen ^= seen.tril(-window)
        self.register_buffer("seen", seen[None, None], persistent=False)
        self.register_buffer("least", torch.tensor(torch.finfo(torch.float32).min), persistent=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        query, key, value = (split_heads(part(x)) for part in (self.q_proj, self.k_proj, self.v_proj))
        scores = torch.matmul(query, key.transpose(-1, -2))
        tokens = x.shape[1]
        scores = torch.where(self.seen[:, :, :tokens, :tokens], scores, self.least)
        return self.out_proj(merge_heads(torch.matmul(F.softmax(scores + mask, dim=-1), value)))


class GptNeoLayer(nn.Module):
    def __init__(self, window: int | None) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(HIDDEN)
        self.attn = nn.ModuleDict({"attention": GptNeoSelfAttention(window)})
        self.ln_2 = nn.LayerNorm(HIDDEN)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(HIDDEN, INTERMEDIATE), "c_proj": nn.Linear(INTERMEDIATE, HIDDEN)})

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = self.attn["attention"](self.ln_1(x), mask) + x
        return x + self.mlp["c_proj"](F.gelu(self.mlp["c_fc"](self.ln_2(x)), approximate="tanh"))


class GptNeo(nn.Module):
    """Logits of every token; the head is the word embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(50257, HIDDEN),
                "wpe": nn.Embedding(2048, HIDDEN),
                "h": nn.ModuleList(GptNeoLayer(256 if index % 2 else None) for index in range(LAYERS)),
                "ln_f": nn.LayerNorm(HIDDEN),
            }
        )

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        parts = self.transformer
        x = parts["wte"](input_ids) + parts["wpe"](torch.arange(input_ids.shape[1])[None])
        mask = additive_mask(attention_mask)
        for layer in parts["h"]:
            x = layer(x, mask)
        return F.linear(parts["ln_f"](x), parts["wte"].weight)
