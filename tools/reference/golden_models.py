#!/usr/bin/env python3
"""Write tests/golden/data/<family>/: a tiny model, an adapter, a batch, and what autograd says about them.

    python golden_models.py [OUT [NAME ...]]    # default: all, into tests/golden/data of this repository

Each folder holds
    model/                  Hugging Face folder (bf16); the reference quantises it to NF4 with double quantisation
    adapter/                PEFT folder, f32, B not zero
    batch.json              input_ids and labels [B, T] right-padded (pad id 0, label -100), lengths
    expected.json           loss of the window, per-row sums and counts, token accuracy, versions and command
    gradients.safetensors   dL/dA and dL/dB under PEFT's adapter names, f32; L = sum of cross-entropy / trained tokens
    logits.safetensors      "logits" [positions, V] of row 0 at `logit_positions`, with the adapter; "base" without it
    training.json           rows, run file and the log of trl's SFTTrainer on them (see train_log)
    trained.safetensors     the adapter after that training
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import common
import tiny_models
import torch
from safetensors.torch import save_file

LORA = {
    "golden-qwen2": dict(r=5, lora_alpha=12, target_modules=common.SEVEN, use_rslora=False),
    "golden-qwen3": dict(r=4, lora_alpha=8, target_modules=common.SEVEN, use_rslora=True),
    "golden-mistral": dict(r=4, lora_alpha=4, target_modules=common.SEVEN, use_rslora=False),
    "golden-smollm3": dict(r=6, lora_alpha=9, target_modules=common.SEVEN, use_rslora=True),
    "golden-llama": dict(
        r=3, lora_alpha=6, target_modules=["q_proj", "v_proj", "o_proj", "down_proj"], use_rslora=False
    ),
}


def rows_of(vocab: int, lengths: list[tuple[int, int]], seed: int) -> list[dict]:
    """Random rows of (length, prompt length): the prompt is not trained, nor is the first token."""
    generator = torch.Generator().manual_seed(seed)
    rows = []
    for length, prompt in lengths:
        ids = torch.randint(1, vocab, (length,), generator=generator).tolist()
        rows.append({"input_ids": ids, "labels": [-100] * prompt + ids[prompt:]})
    return rows


def pad(rows: list[dict]) -> dict:
    longest = max(len(row["input_ids"]) for row in rows)
    return {
        "input_ids": [row["input_ids"] + [0] * (longest - len(row["input_ids"])) for row in rows],
        "labels": [row["labels"] + [-100] * (longest - len(row["labels"])) for row in rows],
        "lengths": [len(row["input_ids"]) for row in rows],
    }


def randomize_b(model, seed: int) -> None:
    """A fresh B is zero and hides the gradient of A."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in common.trainable(model).items():
            if ".lora_B." in name:
                p.copy_(0.05 * torch.randn(p.shape, generator=generator))


def forward(model, batch: dict):
    ids = torch.tensor(batch["input_ids"])
    mask = torch.zeros_like(ids)
    for i, length in enumerate(batch["lengths"]):
        mask[i, :length] = 1
    logits = model(input_ids=ids, attention_mask=mask, use_cache=False).logits
    labels = torch.tensor(batch["labels"])
    losses = torch.nn.functional.cross_entropy(
        logits[:, :-1].transpose(1, 2), labels[:, 1:], ignore_index=-100, reduction="none"
    )
    return logits, labels[:, 1:], losses


RUN = dict(
    learning_rate=2e-3,
    num_train_epochs=4,
    max_steps=-1,
    per_device_train_batch_size=2,
    gradient_accumulation_steps=3,
    warmup_ratio=0.0,
    warmup_steps=2,
    optim="adamw_torch",
    weight_decay=0.05,
    max_grad_norm=1.0,
    max_length=20,
    shuffle=False,
    assistant_only_loss=False,
    completion_only_loss=False,
    logging_steps=1,
    seed=3,
)
SCHEDULE = {
    "golden-qwen2": "linear",
    "golden-qwen3": "cosine",
    "golden-llama": "constant_with_warmup",
    "golden-mistral": "constant",
    "golden-smollm3": "linear",
}


def train_log(name: str, model, folder: Path) -> None:
    """trl on ready-made ids and labels: truncation at 20, windows of three and two micro batches, four epochs."""
    from datasets import Dataset
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast
    from train_reference import DEFAULTS, sft_config
    from trl import SFTTrainer

    vocab = model.config.vocab_size
    rows = rows_of(vocab, [(9, 2), (17, 5), (26, 4), (5, 1), (12, 7), (20, 3), (15, 14), (8, 3), (22, 2)], seed=9)
    run = {**DEFAULTS, **RUN, "lr_scheduler_type": SCHEDULE[name], "lora": {**LORA[name], "lora_dropout": 0.0}}
    words = Tokenizer(models.WordLevel({f"w{i}": i for i in range(vocab)}, unk_token="w1"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="w0", eos_token="w2")
    exact = {key: p.detach().clone() for key, p in common.trainable(model).items()}
    model.zero_grad(set_to_none=True)
    arguments = sft_config(run, Path(tempfile.mkdtemp()), False)
    trainer = SFTTrainer(model=model, args=arguments, train_dataset=Dataset.from_list(rows), processing_class=tokenizer)
    for key, p in common.trainable(trainer.model).items():
        p.data = exact[key].clone()
    trainer.train()
    log = [row for row in trainer.state.log_history if "loss" in row]
    common.write_json(folder / "training.json", {"made_by": common.made_by(), "run": run, "rows": rows, "log": log})
    after = {key: p.detach().contiguous() for key, p in common.trainable(trainer.model).items()}
    save_file(after, folder / "trained.safetensors", metadata={"format": "pt"})


def build(name: str, out: Path) -> None:
    from peft import LoraConfig, get_peft_model

    folder = out / name.removeprefix("golden-")
    folder.mkdir(parents=True, exist_ok=True)
    model_folder = tiny_models.build(name, folder)
    target = folder / "model"
    if target.exists():
        for old in target.iterdir():
            old.unlink()
        target.rmdir()
    model_folder.rename(target)

    torch.manual_seed(7)
    model = common.load_base(target).train()
    model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", lora_dropout=0.0, bias="none", **LORA[name]))
    randomize_b(model, 11)
    for p in model.parameters():
        if p.requires_grad:
            assert p.dtype == torch.float32
    model.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    config = common.read_json(folder / "adapter" / "adapter_config.json")
    config |= {"base_model_name_or_path": "model", "target_modules": LORA[name]["target_modules"]}
    common.write_json(folder / "adapter" / "adapter_config.json", config)

    vocab = model.config.vocab_size
    batch = pad(rows_of(vocab, [(23, 6), (14, 3)], seed=5))
    logits, labels, losses = forward(model, batch)
    trained = labels != -100
    count = int(trained.sum())
    loss = losses.sum() / count
    loss.backward()
    gradients = {key: p.grad.contiguous() for key, p in common.trainable(model).items()}
    with torch.no_grad(), model.disable_adapter():
        base_logits, _, base_losses = forward(model, batch)
    positions = [0, 7, 22]
    save_file(gradients, folder / "gradients.safetensors", metadata={"format": "pt"})
    save_file(
        {"logits": logits[0, positions].detach().contiguous(), "base": base_logits[0, positions].contiguous()},
        folder / "logits.safetensors",
        metadata={"format": "pt"},
    )
    common.write_json(folder / "batch.json", batch)
    norm = torch.sqrt(sum((g.double() ** 2).sum() for g in gradients.values()))
    accuracy = ((logits[:, :-1].argmax(-1) == labels) & trained).sum() / count
    common.write_json(
        folder / "expected.json",
        {
            "made_by": common.made_by(),
            "loss": loss.item(),
            "num_items": count,
            "row_sums": losses.sum(1).tolist(),
            "row_counts": trained.sum(1).tolist(),
            "base_row_sums": base_losses.sum(1).tolist(),
            "grad_norm": norm.item(),
            "mean_token_accuracy": accuracy.item(),
            "logit_positions": positions,
        },
    )
    train_log(name, model, folder)
    print(folder, f"loss {loss.item():.6f} grad_norm {norm.item():.6f}")


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    for name in sys.argv[2:] or LORA:
        build(name, out)


if __name__ == "__main__":
    main()
