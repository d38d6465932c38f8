#!/usr/bin/env python3
"""Train with trl's SFTTrainer, peft and bitsandbytes on CPU as the command line would with the same run file.

    python train_reference.py --model DIR --data FILE --config RUN.json --out DIR
        [--init-lora DIR] [--random-b STD] [--rows N] [--threads N] [--no-train]

OUT/initial/            the adapter before training, as a PEFT folder: hand it to the command line with --init-lora
OUT/adapter/            the adapter after training
OUT/trainer_state.json  one log row a step
OUT/tokens.jsonl        input_ids and labels of every kept row, in order
OUT/eval.json           loss of every row under the base, the initial and the trained adapter
OUT/reference.json      versions, command, run file as understood, seconds

What makes it a float32 reference: the model's dtype and the 4-bit compute dtype are float32; trl casts the adapter to
bf16, so the values from before are put back; evaluation runs in train mode without gradients (dropout is 0), because
bitsandbytes repacks the weights for CPU inference in eval mode and refuses odd sizes there.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import common

DEFAULTS = dict(
    learning_rate=2e-4,
    num_train_epochs=1,
    max_steps=-1,
    per_device_train_batch_size=8,
    gradient_accumulation_steps=1,
    lr_scheduler_type="linear",
    warmup_ratio=0.0,
    warmup_steps=0,
    optim="adamw_torch",
    weight_decay=0.0,
    adam_beta1=0.9,
    adam_beta2=0.999,
    adam_epsilon=1e-8,
    max_grad_norm=1.0,
    max_length=1024,
    shuffle=True,
    group_by_length=False,
    packing=False,
    assistant_only_loss=True,
    completion_only_loss=True,
    seed=42,
    lora=dict(r=8, lora_alpha=8, lora_dropout=0.0, target_modules=common.SEVEN, use_rslora=False),
)
_IGNORED = {"quantization", "optim_args", "logging_steps", "save_strategy", "save_steps"}


def understand(path: str) -> dict:
    given = common.read_json(path)
    unknown = set(given) - set(DEFAULTS) - _IGNORED
    if unknown:
        raise SystemExit(f"the reference does not know these fields: {sorted(unknown)}")
    run = {**DEFAULTS, **{k: v for k, v in given.items() if k not in _IGNORED}}
    run["lora"] = {**DEFAULTS["lora"], **given.get("lora", {})}
    return run


def sft_config(run: dict, out: Path, is_conversational: bool):
    from trl import SFTConfig

    sampling = "random" if run["shuffle"] else "sequential"
    if run["group_by_length"]:
        sampling = "group_by_length"
    same = "learning_rate num_train_epochs max_steps per_device_train_batch_size gradient_accumulation_steps lr_scheduler_type optim weight_decay adam_beta1 adam_beta2 adam_epsilon max_grad_norm max_length packing seed".split()
    return SFTConfig(
        output_dir=str(out / "trl"),
        **{name: run[name] for name in same},
        # transformers 5 reads a warmup below 1 as a share of all steps.
        warmup_steps=run["warmup_steps"] or run["warmup_ratio"],
        train_sampling_strategy=sampling,
        assistant_only_loss=run["assistant_only_loss"] and is_conversational,
        completion_only_loss=run["completion_only_loss"],
        bf16=False,
        fp16=False,
        use_cpu=True,
        gradient_checkpointing=False,
        dataloader_pin_memory=False,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )


def per_row_losses(model, rows: list[dict]) -> list[dict]:
    """Mean cross-entropy and count of every row, each row alone, without padding."""
    import torch

    found = []
    was_training = model.training
    model.train()
    with torch.no_grad():
        for index, row in enumerate(rows):
            ids = torch.tensor([row["input_ids"]])
            labels = torch.tensor(row["labels"])[1:]
            logits = model(input_ids=ids, use_cache=False).logits[0, :-1].float()
            total = torch.nn.functional.cross_entropy(logits, labels, ignore_index=-100, reduction="sum").item()
            count = int((labels != -100).sum())
            found.append({"index": index, "loss": total / count if count else None, "num_trained_tokens": count})
    model.train(was_training)
    return found


def mean_loss(per_row: list[dict]) -> float:
    kept = [row for row in per_row if row["num_trained_tokens"]]
    return sum(row["loss"] * row["num_trained_tokens"] for row in kept) / sum(row["num_trained_tokens"] for row in kept)


def prepare(model_folder: str, run: dict, data: list[dict], out: Path, init_lora: str | None, random_b: float):
    """A trl trainer whose adapter is exactly float32, and the prepared rows."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig, PeftModel, get_peft_model
    from transformers import AutoTokenizer
    from trl import SFTTrainer

    torch.manual_seed(run["seed"])
    tokenizer = (
        AutoTokenizer.from_pretrained(model_folder) if (Path(model_folder) / "tokenizer.json").exists() else None
    )
    model = common.load_base(model_folder)
    if init_lora:
        model = PeftModel.from_pretrained(model, init_lora, is_trainable=True)
    else:
        lora = run["lora"]
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", bias="none", **lora))
        if random_b:
            generator = torch.Generator().manual_seed(run["seed"] + 1)
            with torch.no_grad():
                for name, p in common.trainable(model).items():
                    if ".lora_B." in name:
                        p.copy_(random_b * torch.randn(p.shape, generator=generator))
    exact = {name: p.detach().to(torch.float32).clone() for name, p in model.named_parameters() if p.requires_grad}
    conversational = isinstance(data[0].get("messages") or data[0].get("prompt"), list)
    trainer = SFTTrainer(
        model=model,
        args=sft_config(run, out, conversational),
        # Arrow gives every row the fields of all the others, null where it has none; as JSON they stay as they are.
        train_dataset=Dataset.from_list(data, on_mixed_types="use_json"),
        processing_class=tokenizer,
    )
    for name, p in trainer.model.named_parameters():
        if p.requires_grad:
            p.data = exact[name].clone()
    return trainer


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--init-lora")
    parser.add_argument("--random-b", type=float, default=0.0, help="standard deviation of the initial B; 0 as in PEFT")
    parser.add_argument("--rows", type=int, default=0, help="use only the first N rows of the file")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--no-train", action="store_true", help="only tokens.jsonl and reference.json")
    parser.add_argument("--no-eval", action="store_true")
    parser.add_argument("--brief", action="store_true", help="judge the trained adapter alone, not base and initial")
    args = parser.parse_args()

    import torch
    from rows import for_trl, read_rows

    if args.threads:
        torch.set_num_threads(args.threads)
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    run = understand(args.config)
    data = [for_trl(row) for row in read_rows(args.data)]
    data = data[: args.rows] if args.rows else data
    trainer = prepare(args.model, run, data, out, args.init_lora, args.random_b)
    rows = [{"input_ids": list(r["input_ids"]), "labels": list(r["labels"])} for r in trainer.train_dataset]
    with (out / "tokens.jsonl").open("w") as sink:
        for row in rows:
            sink.write(json.dumps(row) + "\n")
    facts = {**common.made_by(), "run": run, "rows": len(rows), "threads": torch.get_num_threads()}
    common.write_json(out / "reference.json", facts)
    if args.no_train:
        return

    model = trainer.model
    save_adapter(model, out / "initial", args.model)
    judged = {}
    if not args.no_eval and not args.brief:
        with model.disable_adapter():
            judged["base"] = per_row_losses(model, rows)
        judged["initial"] = per_row_losses(model, rows)
    started = time.time()
    trainer.train()
    facts["train_seconds"] = time.time() - started
    save_adapter(model, out / "adapter", args.model)
    trainer.state.save_to_json(str(out / "trainer_state.json"))
    if not args.no_eval:
        judged["trained"] = per_row_losses(model, rows)
        common.write_json(
            out / "eval.json",
            {"made_by": common.made_by(), **{k: {"loss": mean_loss(v), "per_row": v} for k, v in judged.items()}},
        )
    common.write_json(out / "reference.json", facts)
    for row in trainer.state.log_history:
        if "loss" in row:
            print(
                f"step {row['step']} loss {row['loss']:.6f} grad_norm {row['grad_norm']:.6f} lr {row['learning_rate']:.3e}"
            )


def save_adapter(model, folder: Path, base: str) -> None:
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    config = common.read_json(folder / "adapter_config.json")
    config["base_model_name_or_path"] = Path(base).name
    config["target_modules"] = sorted(config["target_modules"])
    common.write_json(folder / "adapter_config.json", config)


if __name__ == "__main__":
    main()
