#!/usr/bin/env python3
"""Go on with a run that TuneTab began, from its checkpoint: with TRL, PEFT and accelerate, on one process or many.

    accelerate launch --config_file accelerate/one-node.yaml train.py
        [--out out] [--model DIR_OR_ID] [--rows data/prepared [--anew]] [--save-steps N] [--stop-at STEP]

Everything else is said by run.json. The order of the rows, the schedule and the optimiser's states go on where they
were. A job that was cut off goes on from the last checkpoint in --out. What is written there opens in TuneTab: as a run
with all its steps (tune train --resume), and out/adapter as a PEFT adapter everywhere. With --anew the adapter alone
goes on, on other rows, by an optimiser and a schedule that begin.
"""

from __future__ import annotations

import argparse
import json
import math
import os
from pathlib import Path

import checkpoint
import torch
from datasets import Dataset, concatenate_datasets, load_dataset, load_from_disk
from order import InOrder
from peft import PeftModel
from torch.distributed.tensor import DTensor, distribute_tensor
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, TrainerCallback, TrainerState
from trl import SFTConfig, SFTTrainer

HERE = Path(__file__).resolve().parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument("--model", help="the base model's folder or hub id; without it, that of handover.json")
    parser.add_argument("--rows", type=Path, help="data/rows.jsonl, or data/prepared as prepare.py made it")
    parser.add_argument("--anew", action="store_true", help="the rows are others: step 1 of a run of their own")
    parser.add_argument("--save-steps", type=int, help="in place of the run file's")
    parser.add_argument("--stop-at", type=int, help="end after this step, with a checkpoint")
    return parser.parse_args()


def load_model(name: str, run: dict, start: Path):
    """The frozen base as the run had it, and the adapter as the checkpoint left it, in float32."""
    quantization = run["quantization"]
    compute = getattr(torch, quantization["bnb_4bit_compute_dtype"])
    four_bits = None
    if quantization["load_in_4bit"]:
        four_bits = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=quantization["bnb_4bit_use_double_quant"],
            bnb_4bit_compute_dtype=compute,
            # As sharding needs it: all parameters of one type.
            bnb_4bit_quant_storage=compute,
        )
    base = AutoModelForCausalLM.from_pretrained(name, dtype=compute, quantization_config=four_bits)
    return PeftModel.from_pretrained(base, start, is_trainable=True)


def share(run: dict, processes: int) -> tuple[int, int]:
    """Rows a process and step of accumulation, so that all processes together see the run's rows at every step."""
    rows, accumulation = run["per_device_train_batch_size"], run["gradient_accumulation_steps"]
    for size in range(rows, 0, -1):
        if rows * accumulation % (size * processes) == 0:
            return size, rows * accumulation // (size * processes)
    raise SystemExit(
        f"A step of this run takes {rows * accumulation} rows, which {processes} processes cannot share evenly: "
        f"start a number of processes that divides {rows * accumulation}."
    )


def settings(run: dict, facts: dict, out: Path, processes: int) -> SFTConfig:
    rows, accumulation = share(run, processes)
    sampling = "group_by_length" if run["group_by_length"] else "random" if run["shuffle"] else "sequential"
    same = [
        "learning_rate",
        "lr_scheduler_type",
        "optim",
        "weight_decay",
        "adam_beta1",
        "adam_beta2",
        "adam_epsilon",
        "max_grad_norm",
        "max_length",
        "packing",
        "seed",
    ]
    return SFTConfig(
        output_dir=str(out),
        **{name: run[name] for name in same},
        max_steps=facts["steps"] or run["max_steps"] or -1,
        num_train_epochs=run["num_train_epochs"],
        per_device_train_batch_size=rows,
        gradient_accumulation_steps=accumulation,
        # transformers 5 reads a warmup below 1 as a share of all steps.
        warmup_steps=run["warmup_steps"] or run["warmup_ratio"],
        train_sampling_strategy=sampling,
        # Ids and labels are made; only packs are still to be.
        dataset_kwargs={"skip_prepare_dataset": not run["packing"]},
        assistant_only_loss=False,
        completion_only_loss=False,
        bf16=False,
        fp16=False,
        use_cpu=not torch.cuda.is_available(),
        logging_steps=1,
        # Checkpoints are written below, in the form that TuneTab reads.
        save_strategy="no",
        report_to=[],
    )


class Continued(SFTTrainer):
    """A trainer that begins with the states of a checkpoint of TuneTab."""

    kept: checkpoint.Checkpoint
    # None where packs are trl's to order.
    order: InOrder | None = None

    def _get_train_sampler(self, train_dataset=None):
        return self.order or super()._get_train_sampler(train_dataset)

    def _load_from_checkpoint(self, *_, **__) -> None:
        """The adapter came with the model."""

    def _load_rng_state(self, _) -> None:
        """Nothing that is drawn at random is left to draw, but dropout."""

    def _load_optimizer_and_scheduler(self, _) -> None:
        if self.kept.step == 0:
            return
        states, steps = self.kept.states(), self.kept.optimizer_steps
        for name, parameter in self.adapter().items():
            put_state(self.optimizer, parameter, states[name], steps)
        done, schedule = self.kept.step, self.lr_scheduler
        rates = [base * factor(done) for base, factor in zip(schedule.base_lrs, schedule.lr_lambdas)]
        for group, rate in zip(self.optimizer.param_groups, rates):
            group["lr"] = rate
        schedule.last_epoch, schedule._step_count, schedule._last_lr = done, done + 1, rates

    def adapter(self) -> dict[str, torch.nn.Parameter]:
        """By the names of a checkpoint, whatever the model is wrapped in."""
        return {
            name[name.index("model.layers.") :].replace(".default.weight", ""): parameter
            for name, parameter in self.model.named_parameters()
            if parameter.requires_grad
        }


def put_state(optimizer, parameter, state: dict, steps: int) -> None:
    def like(value) -> torch.Tensor:
        tensor = torch.from_numpy(value.copy()).to(parameter.device)
        if isinstance(parameter, DTensor):
            return distribute_tensor(tensor, parameter.device_mesh, parameter.placements)
        return tensor

    if "absmax1" in state or hasattr(optimizer, "name2qmap"):
        from bitsandbytes.functional import create_dynamic_map

        inner = {key: torch.from_numpy(value.copy()).to(parameter.device) for key, value in state.items()}
        if "absmax1" in state:
            for number, signed in ((1, True), (2, False)):
                inner[f"qmap{number}"] = create_dynamic_map(signed=signed).to(parameter.device)
        optimizer.state[parameter] = {"step": steps, **inner}
        return
    fused = any(group.get("fused") or group.get("capturable") for group in optimizer.param_groups)
    step = torch.tensor(float(steps), device=parameter.device if fused else "cpu")
    optimizer.state[parameter] = {"step": step, "exp_avg": like(state["state1"]), "exp_avg_sq": like(state["state2"])}


class Keeper(TrainerCallback):
    """Writes checkpoints that TuneTab reads, after the steps that the run file names, and at the end."""

    def __init__(self, trainer: Continued, run: dict, facts: dict, args: argparse.Namespace):
        self.trainer, self.run, self.facts, self.args = trainer, run, facts, args
        self.batches = math.ceil(facts["lines"] / run["per_device_train_batch_size"])

    def on_log(self, _, state, control, logs=None, **__):
        if "loss" not in (logs or {}):
            return
        step, per_epoch = state.global_step, self.facts["steps_per_epoch"]
        # As one process counts them: the rows that fill an epoch's end are no tokens of the run.
        ended = step // per_epoch - self.trainer.kept.step // per_epoch
        fill = self.trainer.order.fill if self.trainer.order else 0
        row = state.log_history[-1]
        row |= {"epoch": self.micro_batches(step) / self.batches, "num_tokens": int(row["num_tokens"]) - ended * fill}
        every = self.args.save_steps or (self.run["save_strategy"] == "steps" and self.run["save_steps"])
        if self.run["save_strategy"] == "epoch" and not self.args.save_steps:
            every = per_epoch
        stops = step == (self.args.stop_at or state.max_steps)
        if stops or (every and step % every == 0):
            self.write(state, step)
        if stops:
            control.should_training_stop = True

    def write(self, state, step: int) -> None:
        trainer, kept = self.trainer, self.trainer.kept
        adapter = trainer.adapter()
        # Every process gathers, the first one writes.
        weights = {name: whole(value) for name, value in adapter.items()}
        states = {name: taken(trainer.optimizer.state[value]) for name, value in adapter.items()}
        if trainer.accelerator.is_main_process:
            log = [row for row in state.log_history if "loss" in row]
            made = kept.optimizer_steps + step - kept.step
            counters = (made, self.micro_batches(step))
            checkpoint.write(self.args.out / f"checkpoint-{step}", kept, weights, states, log, counters)
        trainer.accelerator.wait_for_everyone()

    def micro_batches(self, steps: int) -> int:
        """What TuneTab has counted by then: an epoch's last step may have fewer."""
        per_epoch = self.facts["steps_per_epoch"]
        rest = min(steps % per_epoch * self.run["gradient_accumulation_steps"], self.batches)
        return steps // per_epoch * self.batches + rest


def whole(value: torch.Tensor):
    tensor = value.full_tensor() if isinstance(value, DTensor) else value
    return tensor.detach().float().cpu().numpy()


def taken(state: dict) -> dict:
    """An optimiser's state by the checkpoint's names."""
    if "exp_avg" in state:
        return {"state1": whole(state["exp_avg"]), "state2": whole(state["exp_avg_sq"])}
    return {key: value.cpu().numpy() for key, value in state.items() if key.startswith(("state", "absmax"))}


def load_rows(place: Path | None, is_anew: bool) -> Dataset:
    """Read from the disk as they are needed."""
    ready, prepared = HERE / "data/rows.jsonl", HERE / "data/prepared"
    place = place or (ready if ready.exists() else prepared)
    if not place.exists():
        raise SystemExit(f"{place} is not there: python prepare.py makes {prepared}.")
    if place.is_dir():
        if not is_anew and json.loads((place / "made_of.json").read_text(encoding="utf-8"))["other"]:
            raise SystemExit(f"{place} holds other rows than the run's: --anew takes its adapter on to them.")
        return load_from_disk(place)
    return load_dataset("json", data_files=str(place), split="train")


def main() -> None:
    args = arguments()
    run = json.loads((HERE / "run.json").read_text(encoding="utf-8"))
    facts = json.loads((HERE / "handover.json").read_text(encoding="utf-8"))
    start = checkpoint.latest(args.out) or HERE / facts["checkpoint"]
    kept = checkpoint.Checkpoint(start, facts["parts"])
    is_other = kept.run_state["data"] == "other"
    if args.anew and not is_other:
        kept.forget()
    if is_other and not args.anew:
        raise SystemExit(f"{start} was trained on other rows than the run's: go on with --anew, or name another --out.")
    rows = load_rows(args.rows, args.anew)
    if args.anew:
        facts["steps"] = None
    name = args.model or facts["model"]
    if Path(name).is_absolute() and not Path(name).exists():
        raise SystemExit(f"The base model is not at {name}: name its folder or hub id with --model.")
    model = load_model(name, run, start)

    # As torchrun and accelerate say it; the processes have not found each other yet.
    processes = int(os.environ.get("WORLD_SIZE", 1))
    config = settings(run, facts, args.out, processes)
    order = None
    if not run["packing"]:
        lengths = [len(ids) for ids in rows["input_ids"]] if run["group_by_length"] else [0] * len(rows)
        order = InOrder(lengths, run, config.per_device_train_batch_size * processes)
        nothing = {"input_ids": [rows[0]["input_ids"][:1]], "labels": [[-100]]}
        rows = concatenate_datasets([rows, Dataset.from_dict(nothing, features=rows.features)])
    tokenizer = AutoTokenizer.from_pretrained(name)
    trainer = Continued(model=model, args=config, train_dataset=rows, processing_class=tokenizer)
    trainer.order = order
    trainer.kept = kept
    if args.anew:
        facts["lines"] = len(trainer.train_dataset) - (order is not None)
        batches = math.ceil(facts["lines"] / run["per_device_train_batch_size"])
        facts["steps_per_epoch"] = math.ceil(batches / run["gradient_accumulation_steps"])
    # trl rounds the adapter of a 4-bit base to bfloat16; it goes on as the checkpoint has it.
    for parameter_name, parameter in trainer.adapter().items():
        parameter.data = torch.from_numpy(kept.weights[parameter_name].copy()).to(parameter.device)
    log = kept.run_state["log"]
    trainer._total_train_tokens = log[-1]["num_tokens"] if log else 0
    trainer.add_callback(Keeper(trainer, run, facts, args))

    resume = args.out / "from"
    state = TrainerState(
        global_step=kept.step,
        epoch=log[-1]["epoch"] if log else 0,
        max_steps=config.max_steps,
        logging_steps=1,
        log_history=log,
        train_batch_size=config.per_device_train_batch_size,
    )
    if trainer.accelerator.is_main_process:
        resume.mkdir(parents=True, exist_ok=True)
        state.save_to_json(str(resume / "trainer_state.json"))
    trainer.accelerator.wait_for_everyone()
    trainer.train(resume_from_checkpoint=str(resume))
    if trainer.accelerator.is_main_process:
        trainer.state.save_to_json(str(args.out / "trainer_state.json"))
        last = checkpoint.latest(args.out)
        for file in (checkpoint.CONFIG, checkpoint.WEIGHTS):
            (args.out / "adapter").mkdir(exist_ok=True)
            (args.out / "adapter" / file).write_bytes((last / file).read_bytes())


if __name__ == "__main__":
    main()
