"""Orders in which rows are met: shuffled, grouped by length, packed."""

from __future__ import annotations

import random
import tempfile


def orders() -> dict:
    """torch's permutations, transformers' grouping over two epochs and trl's packing for the same seeds."""
    import torch
    from datasets import Dataset
    from trl.data_utils import pack_dataset

    def generator(seed: int) -> torch.Generator:
        return torch.Generator().manual_seed(seed)

    rng = random.Random(3)
    lengths = [rng.randint(1, 60) for _ in range(101)]
    packed = []
    for limit in (60, 64, 200):
        dataset = Dataset.from_list(
            [{"input_ids": [i] * length, "labels": [i] * length} for i, length in enumerate(lengths)]
        )
        lines = pack_dataset(dataset, limit, "bfd", {})
        packed.append({"max_length": limit, "lines": [list(dict.fromkeys(line["input_ids"])) for line in lines]})
    return {
        "permutations": [
            {"n": n, "seed": seed, "order": torch.randperm(n, generator=generator(seed)).tolist()}
            for n, seed in ((1, 0), (7, 42), (40, 43), (200, 1234567))
        ],
        "lengths": lengths,
        "grouped": [
            {"batch": batch, "seed": seed, "epochs": grouped_epochs(lengths, batch, seed)}
            for batch, seed in ((2, 42), (8, 0), (64, 5))
        ],
        "packed": packed,
    }


def grouped_epochs(lengths: list[int], batch: int, seed: int) -> list[list[int]]:
    """The rows in the order in which a Trainer with `group_by_length` meets them, over two epochs."""
    import torch
    from datasets import Dataset
    from transformers import Trainer, TrainingArguments

    met: list[int] = []

    class Model(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(()))

        def forward(self, input_ids):
            met.extend(input_ids.tolist())
            return {"loss": self.weight * 0.0}

    rows = Dataset.from_list([{"input_ids": [i] * length} for i, length in enumerate(lengths)])
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(
            folder,
            seed=seed,
            num_train_epochs=2,
            per_device_train_batch_size=batch,
            train_sampling_strategy="group_by_length",
            report_to=[],
            use_cpu=True,
            disable_tqdm=True,
            save_strategy="no",
            logging_strategy="no",
            dataloader_pin_memory=False,
        )
        collate = lambda group: {"input_ids": torch.tensor([row["input_ids"][0] for row in group])}
        Trainer(model=Model(), args=args, train_dataset=rows, data_collator=collate).train()
    return [met[: len(lengths)], met[len(lengths) :]]
