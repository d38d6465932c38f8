"""Ask the built-in model (and check what the folder promises): answers by greedy decoding.

python tools/demo_model/ask.py [question ...]
"""

import argparse
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

QUESTIONS = [
    "Hello!",
    "Who are you?",
    "What do cows eat?",
    "What is seven plus five?",
    "Why is the sky blue?",
    "How do I make tea?",
    "Tell me a short story about a fox.",
    "Lily has a red boat. What colour is the boat?",
    "Translate into Chinese: Where is the station?",
    "I have a headache.",
    "你好！",
    "你是谁？",
    "猫吃什么？",
    "三加四等于几？",
    "为什么会下雨？",
    "给我讲个小故事。",
    "小明在海边，小红在图书馆。小红在哪里？",
    "把“朋友”翻译成英文。",
    "法国的首都是哪里？",
    "我今天很难过。",
]


def answer(model, tokenizer, messages, tools=None, max_new_tokens=120) -> str:
    inputs = tokenizer.apply_chat_template(
        messages, tools=tools, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    with torch.no_grad():
        out = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False)
    return tokenizer.decode(out[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--model", type=Path, default=Path(__file__).parents[2] / "public/demo-model")
    args.add_argument("questions", nargs="*")
    a = args.parse_args()
    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(a.model)
    model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32).eval()
    for q in a.questions or QUESTIONS:
        print(f"{q}\n    {answer(model, tokenizer, [{'role': 'user', 'content': q}])}")


if __name__ == "__main__":
    main()
