"""The matrix of odd cases: every case one model, one data form, one run file. Used by prove.py.

Between them the cases cover: qwen2, qwen3, llama; 5 heads of 16 on 80, 3 of 40 on 96, 3 of 24 on 72, 8 of 20 on 112;
GQA 1:1, 2:1, 3:1, 5:1; tied and untied heads; vocabularies of prime size; bf16, f16 and f32 files, one and many shards;
partial last windows; rank 5 and 64; q and v only; truncation; rsLoRA; weight decay; every schedule; two epochs;
packing; tool calls; 8-bit and paged states; no clipping; llama-3 rope; rows shuffled, and grouped by length.
"""

from __future__ import annotations

from dataclasses import dataclass, field

SEVEN = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

QUANTIZATION = {
    "load_in_4bit": True,
    "bnb_4bit_quant_type": "nf4",
    "bnb_4bit_use_double_quant": True,
    "bnb_4bit_compute_dtype": "float32",
}

# f32 states: the reference moves 2e-6 against itself on another thread count. 8-bit states: 2e-4.
EXACT = dict(loss=5e-4, norm=2e-3)
EIGHT = dict(loss=5e-3, norm=1e-2)


@dataclass
class Case:
    name: str
    model: str
    source: str = "harbour-master"
    form: str = "messages"
    rows: int = 0
    lora: dict = field(default_factory=dict)
    run: dict = field(default_factory=dict)
    bounds: dict = field(default_factory=lambda: EXACT)
    random_b: float = 0.02
    slow: bool = False
    # bnb_4bit_compute_dtype of our run; the reference stays in float32.
    compute: str = "float32"
    # A case with the same reference.
    like: str = ""

    def run_file(self) -> dict:
        return {
            "learning_rate": 1e-3,
            "num_train_epochs": 2,
            "max_steps": -1,
            "per_device_train_batch_size": 2,
            "gradient_accumulation_steps": 3,
            "lr_scheduler_type": "linear",
            "warmup_ratio": 0.0,
            "warmup_steps": 0,
            "optim": "adamw_torch",
            "weight_decay": 0.0,
            "max_grad_norm": 1.0,
            "max_length": 96,
            "shuffle": False,
            "packing": False,
            "assistant_only_loss": self.form == "messages",
            "completion_only_loss": self.form == "prompt-completion",
            "logging_steps": 1,
            "seed": 42,
            **self.run,
            "lora": {
                "r": 5,
                "lora_alpha": 10,
                "lora_dropout": 0.0,
                "target_modules": SEVEN,
                "use_rslora": False,
                **self.lora,
            },
            "quantization": {**QUANTIZATION, "bnb_4bit_compute_dtype": self.compute},
        }


CASES = [
    Case("qwen2-linear-decay", "qwen2-odd", run={"weight_decay": 0.05}),
    Case(
        "qwen2-sharded-qv",
        "qwen2-untied",
        lora={"target_modules": ["q_proj", "v_proj"]},
        run={"lr_scheduler_type": "cosine", "warmup_ratio": 0.1},
    ),
    Case(
        "qwen2-f32-one-row",
        "qwen2-f32",
        form="text",
        rows=36,
        run={
            "per_device_train_batch_size": 1,
            "gradient_accumulation_steps": 1,
            "num_train_epochs": 1,
            "max_grad_norm": 0,
        },
    ),
    Case(
        "qwen2-tools",
        "qwen2-odd",
        source="tool-calls",
        rows=30,
        lora={"r": 4},
        run={"max_length": 640, "per_device_train_batch_size": 1, "gradient_accumulation_steps": 2},
    ),
    Case(
        "qwen2-8bit",
        "qwen2-untied",
        lora={"r": 64, "lora_alpha": 64},
        run={"optim": "adamw_8bit", "weight_decay": 0.01},
        bounds=EIGHT,
    ),
    Case("qwen2-packing", "qwen2-odd", run={"packing": True, "max_length": 400, "per_device_train_batch_size": 1}),
    Case(
        "qwen3-rslora",
        "qwen3-odd",
        lora={"r": 6, "lora_alpha": 9, "use_rslora": True},
        run={"lr_scheduler_type": "cosine", "warmup_steps": 3},
    ),
    Case(
        "qwen3-paged",
        "qwen3-gqa",
        lora={"r": 64, "lora_alpha": 32},
        run={"optim": "paged_adamw_8bit", "optim_args": "state_budget_bytes=20000", "lr_scheduler_type": "constant"},
        bounds=EIGHT,
    ),
    Case("llama-completion", "llama-odd", form="prompt-completion", run={"lr_scheduler_type": "constant"}),
    Case(
        "llama-f16-text",
        "llama-gqa",
        form="text",
        lora={"target_modules": ["k_proj", "o_proj", "up_proj"]},
        run={"lr_scheduler_type": "constant_with_warmup", "warmup_ratio": 0.2, "max_length": 41},
    ),
    Case(
        "qwen2-shuffled",
        "qwen2-f32",
        rows=40,
        run={"shuffle": True, "gradient_accumulation_steps": 1, "num_train_epochs": 2},
    ),
    Case(
        "qwen2-grouped",
        "qwen2-odd",
        rows=64,
        run={
            "group_by_length": True,
            "shuffle": True,
            "per_device_train_batch_size": 4,
            "gradient_accumulation_steps": 1,
        },
    ),
    Case(
        "llama3-rope",
        "llama3-rope",
        form="prompt-completion",
        run={"max_steps": 33, "per_device_train_batch_size": 3, "gradient_accumulation_steps": 2},
    ),
]

# Folders of real models below the one that --real names, as a hub download leaves them.
SHORT_RUN = {
    "learning_rate": 2e-4,
    "num_train_epochs": 1,
    "max_length": 64,
    "per_device_train_batch_size": 1,
    "gradient_accumulation_steps": 2,
    "lr_scheduler_type": "cosine",
}
# The loss's bound is that of f16 over 30 steps; a norm of gradients through 11 bits is good to a few thousandths.
HALF = dict(loss=1e-2, norm=5e-3)
SMOL = dict(
    model="smollm2-135m", form="prompt-completion", rows=32, random_b=0.0, slow=True, lora={"r": 8, "lora_alpha": 16}
)
CODER = dict(model="qwen2.5-coder-0.5b", rows=16, random_b=0.0, slow=True, lora={"r": 8, "lora_alpha": 16})

REAL = [
    Case("smollm2-8", **SMOL, run={**SHORT_RUN, "max_steps": 8}),
    Case("smollm2-50", **SMOL, run={**SHORT_RUN, "max_steps": 50}),
    Case("qwen-2", **CODER, run={**SHORT_RUN, "max_steps": 2}),
    Case("qwen-2-f16", **CODER, like="qwen-2", compute="float16", bounds=HALF, run={**SHORT_RUN, "max_steps": 2}),
    Case("qwen-5", **CODER, run={**SHORT_RUN, "max_steps": 5}),
]
