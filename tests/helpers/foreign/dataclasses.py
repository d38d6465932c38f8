from dataclasses import dataclass, field
from typing import Optional

import torch
from datasets import load_dataset
from peft import LoraConfig, TaskType
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, HfArgumentParser, TrainingArguments
from trl import SFTTrainer


@dataclass
class ScriptArguments:
    model_name: Optional[str] = field(default="some-lab/base-7b", metadata={"help": "base model"})
    dataset_name: Optional[str] = field(default="some-lab/dialogues")
    per_device_train_batch_size: Optional[int] = field(default=4)
    learning_rate: Optional[float] = field(default=2e-4)
    use_4bit: bool = field(default=True)
    lora_r: int = 64
    optim: str = field(default="paged_adamw_32bit")
    max_seq_length: Optional[int] = field(default=None)


parser = HfArgumentParser(ScriptArguments)
script_args = parser.parse_args_into_dataclasses()[0]


def find_all_linear_names(model):
    names = set()
    for name, module in model.named_modules():
        names.add(name.split(".")[-1])
    return list(names)


def prepare(args):
    if torch.cuda.is_bf16_supported():
        compute_dtype = torch.bfloat16
    else:
        compute_dtype = torch.float16
    config = BitsAndBytesConfig(
        load_in_4bit=args.use_4bit,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_compute_dtype=compute_dtype,
    )
    model = AutoModelForCausalLM.from_pretrained(args.model_name, quantization_config=config)
    peft_config = LoraConfig(
        r=args.lora_r,
        lora_alpha=args.lora_r // 4,
        task_type=TaskType.CAUSAL_LM,
        target_modules=find_all_linear_names(model),
        use_dora=True,
    )
    return model, peft_config, AutoTokenizer.from_pretrained(args.model_name)


model, peft_config, tokenizer = prepare(script_args)
training_arguments = TrainingArguments(
    output_dir="results",
    per_device_train_batch_size=script_args.per_device_train_batch_size,
    learning_rate=script_args.learning_rate,
    optim=script_args.optim,
    neftune_noise_alpha=5,
)
training_arguments.max_steps = 25 * 4

trainer = SFTTrainer(
    model=model,
    train_dataset=load_dataset(script_args.dataset_name, split="train"),
    peft_config=peft_config,
    dataset_text_field="text",
    max_seq_length=script_args.max_seq_length,
    args=training_arguments,
)
trainer.train()
