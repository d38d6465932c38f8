"""In which order a run takes its rows."""

from __future__ import annotations

import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices


class InOrder(Sampler):
    """
    TuneTab's order of the rows, the same however many processes share them: at an epoch's end the row that trains
    nothing, the last of the data set, fills what the processes need to have equally many batches.
    """

    def __init__(self, lengths: list[int], run: dict, together: int):
        self.lengths, self.rows, self.run, self.epoch = lengths, len(lengths), run, 0
        self.fill = -self.rows % together if together > 1 else 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self.rows + self.fill

    def __iter__(self):
        order = range(self.rows)
        if self.run["group_by_length"]:
            order = self.grouped()
        elif self.run["shuffle"]:
            order = torch.randperm(self.rows, generator=torch.Generator().manual_seed(self.run["seed"] + self.epoch))
        yield from (int(index) for index in order)
        yield from [self.rows] * self.fill

    def grouped(self) -> list[int]:
        """
        As transformers groups rows of one length from a run's beginning on: its trainer seeds once, and before each
        epoch's permutation torch's DataLoader takes 64 bits for its workers.
        """
        window = self.run["per_device_train_batch_size"] * self.run["gradient_accumulation_steps"]
        generator = torch.Generator().manual_seed(self.run["seed"])
        for _ in range(self.epoch + 1):
            torch.empty((), dtype=torch.int64).random_(generator=generator)
            order = get_length_grouped_indices(self.lengths, window, generator=generator)
        return order
