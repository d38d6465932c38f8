#!/usr/bin/env python3
"""Write what transformers and trl make of held-out rows.

    python golden_evaluation.py [OUT]         # default: tests/golden/data of this repository

<family>/evaluation.json: the row of log_history that trl's SFTTrainer leaves of an evaluation of ready-made rows under
the golden model and its adapter (golden_models.py), at several batch sizes and packed.

configs/evaluations.json: when Trainer evaluates, and what it concludes. Each case is a real run of Trainer with
EarlyStoppingCallback on a model of one number; only the metric that an evaluation gives is not measured but from a
curve: one that falls, one that turns, one that is flat within the threshold, one of noise. Kept are the rows of
log_history that evaluations leave and what trainer_state.json says.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import common

CURVES = {
    "falls": [2.0, 1.7, 1.5, 1.4, 1.32, 1.27, 1.24, 1.22, 1.21, 1.205, 1.203, 1.202],
    "turns": [2.0, 1.6, 1.4, 1.31, 1.3, 1.33, 1.39, 1.47, 1.6, 1.7, 1.9, 2.1],
    "flat": [1.5, 1.0, 0.999, 0.9985, 0.998, 0.9979, 0.9978, 0.9977, 0.9976, 0.9975, 0.9974, 0.9973],
    "noise": [1.31, 1.12, 1.44, 1.05, 1.27, 1.06, 1.4, 1.02, 1.33, 1.01, 1.2, 1.6],
}

# rows 10, batch 2, accumulation 2: 3 steps an epoch, the last of them of one batch
VARIANTS: list[dict] = [
    {"eval_strategy": "steps", "eval_steps": 2, "max_steps": 13},
    {"eval_strategy": "steps", "eval_steps": 0.1, "num_train_epochs": 5, "early_stopping_patience": 2},
    {
        "eval_strategy": "steps",
        "eval_steps": 1,
        "max_steps": 9,
        "eval_on_start": True,
        "early_stopping_patience": 3,
        "early_stopping_threshold": 0.01,
    },
    {"eval_strategy": "epoch", "num_train_epochs": 6, "early_stopping_patience": 1},
    {"eval_strategy": "epoch", "max_steps": 8, "eval_delay": 2},
    {"eval_strategy": "steps", "eval_steps": 2, "max_steps": 12, "eval_delay": 5, "metric_for_best_model": "entropy"},
    {
        "eval_strategy": "steps",
        "eval_steps": 2,
        "max_steps": 12,
        "metric_for_best_model": "eval_mean_token_accuracy",
        "early_stopping_patience": 2,
    },
    {"eval_strategy": "epoch", "num_train_epochs": 4, "metric_for_best_model": "loss", "greater_is_better": True},
]


FAMILIES = ["qwen2", "qwen3", "llama", "mistral", "smollm3"]
EVALUATIONS: list[dict] = [
    {"per_device_eval_batch_size": 3, "packing": False, "max_length": 64},
    {"per_device_eval_batch_size": 8, "packing": False, "max_length": 64},
    {"per_device_eval_batch_size": 1, "packing": False, "max_length": 64},
    {"per_device_eval_batch_size": 2, "packing": True, "max_length": 32},
]


def main() -> None:
    here = Path(__file__).parents[2] / "tests/golden/data"
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else here
    for family in FAMILIES:
        models = out if (out / family / "model").exists() else here
        (out / family).mkdir(parents=True, exist_ok=True)
        common.write_json(out / family / "evaluation.json", evaluated(models / family))
    cases = [
        {"curve": curve, "run": variant, **judged(curve, variant)} for curve in CURVES for variant in VARIANTS
    ]
    (out / "configs").mkdir(parents=True, exist_ok=True)
    common.write_json(
        out / "configs" / "evaluations.json", {"made_by": common.made_by(), "curves": CURVES, "cases": cases}
    )


def evaluated(folder: Path) -> dict:
    import torch
    from datasets import Dataset
    from golden_models import rows_of
    from peft import PeftModel
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast
    from trl import SFTConfig, SFTTrainer

    model = PeftModel.from_pretrained(common.load_base(folder / "model"), folder / "adapter", is_trainable=True)
    exact = {key: p.detach().clone() for key, p in common.trainable(model).items()}
    vocab = model.config.vocab_size
    # Odd lengths; the last row has nothing that is trained, one has a single trained token.
    rows = rows_of(vocab, [(9, 2), (17, 5), (21, 20), (5, 1), (12, 7), (20, 3), (8, 8)], seed=19)
    # And what the model says itself, so that some answers are right.
    with torch.no_grad():
        said = model.generate(input_ids=torch.tensor([rows[0]["input_ids"]]), max_new_tokens=6, do_sample=False)
    ids = said[0].tolist()
    rows.insert(2, {"input_ids": ids, "labels": [-100] * 6 + ids[6:]})
    words = Tokenizer(models.WordLevel({f"w{i}": i for i in range(vocab)}, unk_token="w1"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, pad_token="w0", eos_token="w2")
    runs = []
    for run in EVALUATIONS:
        with tempfile.TemporaryDirectory() as out:
            arguments = SFTConfig(
                out,
                bf16=False,
                use_cpu=True,
                gradient_checkpointing=False,
                report_to=[],
                disable_tqdm=True,
                eval_strategy="epoch",
                # Packing as flat batches wants a kernel of its own; padded packs have the same losses.
                padding_free=False,
                **run,
            )
            data = Dataset.from_list(rows)
            trainer = SFTTrainer(
                model=model, args=arguments, train_dataset=data, eval_dataset=data, processing_class=tokenizer
            )
            for key, p in common.trainable(trainer.model).items():
                p.data = exact[key].clone()
            trainer.evaluate()
            logged = trainer.state.log_history[-1]
            names = ("eval_loss", "eval_mean_token_accuracy", "eval_entropy", "eval_num_tokens")
            runs.append({"run": run, "log": {name: logged[name] for name in names}})
    return {"made_by": common.made_by(), "rows": rows, "runs": runs}


def judged(curve: str, variant: dict) -> dict:
    import torch
    from transformers import EarlyStoppingCallback, Trainer, TrainingArguments

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(torch.zeros(1))

        def forward(self, x, labels=None):
            return {"loss": ((self.w - x) ** 2).mean()}

    class Curve(Trainer):
        seen = 0

        def evaluate(self, *args, **kwargs):
            value = CURVES[curve][self.seen]
            self.seen += 1
            metrics = {"eval_loss": value, "eval_mean_token_accuracy": value / 4, "eval_entropy": value / 2}
            self.log(metrics)
            self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
            return metrics

    fields = dict(variant)
    patience = fields.pop("early_stopping_patience", None)
    threshold = fields.pop("early_stopping_threshold", 0.0)
    callbacks = [] if patience is None else [EarlyStoppingCallback(patience, threshold)]
    rows = [{"x": torch.tensor([float(i)]), "labels": torch.tensor([0.0])} for i in range(10)]
    with tempfile.TemporaryDirectory() as folder:
        trainer = Curve(
            Model(),
            TrainingArguments(
                folder,
                per_device_train_batch_size=2,
                gradient_accumulation_steps=2,
                save_strategy="best",
                load_best_model_at_end=True,
                logging_steps=1000,
                report_to="none",
                disable_tqdm=True,
                use_cpu=True,
                **fields,
            ),
            train_dataset=rows,
            eval_dataset=rows[:2],
            callbacks=callbacks,
        )
        trainer.train()
    state = trainer.state
    evaluations = [row for row in state.log_history if "eval_loss" in row]
    return {
        "evaluations": [{key: row[key] for key in ("step", "epoch", "eval_loss")} for row in evaluations],
        "steps": state.global_step,
        "best_metric": state.best_metric,
        "best_global_step": state.best_global_step,
    }


if __name__ == "__main__":
    main()
