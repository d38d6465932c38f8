import argparse
import os

import fire
import torch
from peft import LoraConfig
from transformers import BitsAndBytesConfig
from transformers.trainer_utils import IntervalStrategy, SchedulerType
from trl import SFTConfig, SFTTrainer


class CFG:
    batch = 2
    total = 64


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lora-r", type=int, default=32)
    parser.add_argument("--packing", action="store_true")
    return parser.parse_args()


def quantization():
    return BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=getattr(torch, "float16"))


def train(epochs: int = 2, rate: float = 1e-4, notes: str = ""):
    args = parse()
    world = int(os.environ.get("WORLD_SIZE", 1))
    common = dict(lr_scheduler_kwargs={"num_cycles": 3}, save_strategy=IntervalStrategy.EPOCH)
    config = SFTConfig(
        num_train_epochs=epochs,
        learning_rate=rate * 2,
        packing=args.packing,
        per_device_train_batch_size=CFG.batch,
        gradient_accumulation_steps=CFG.total // CFG.batch // world,
        lr_scheduler_type=SchedulerType.COSINE_WITH_RESTARTS,
        run_name=f"r{args.lora_r}-{notes}",
        seed=int(input("seed? ")),
        **common,
    )
    lora = LoraConfig(r=args.lora_r, lora_alpha=2 * args.lora_r, target_modules=["q_proj"] + ["v_proj"])
    SFTTrainer(model=load(quantization()), args=config, peft_config=lora, callbacks=[Sampler()]).train()


if __name__ == "__main__":
    fire.Fire(train)
