"""Chat templates: trl's own, and some that it does not know, with marks that state what is trained of them."""

from __future__ import annotations

from pathlib import Path

# SmolLM2's stock template is one that trl refuses; these marks state the general rule for it.
SMOL_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}"
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SMOL_MARKED = SMOL_TEMPLATE.replace(
    "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}",
    "{{'<|im_start|>' + message['role'] + '\n'}}{% if message['role'] == 'assistant' %}{% generation %}"
    "{{message['content'] + '<|im_end|>' + '\n'}}{% endgeneration %}{% else %}{{message['content'] + '<|im_end|>' + '\n'}}{% endif %}",
)
assert SMOL_MARKED != SMOL_TEMPLATE

# A template with marks of its own, in lines, so that whitespace control is put to the test.
TAGGED_TEMPLATE = """{% for message in messages %}
  {% if message['role'] == 'assistant' %}
[{{ message['role'] }}]
    {% generation %}
    {{- message['content'] }}<|im_end|>
    {%- endgeneration -%}

  {% else %}
({{ message['role'] }}) {{ message['content'] }}
  {%- endif %}
{% endfor %}
{% if add_generation_prompt %}[assistant]
{% endif %}"""


# Zephyr's and TinyLlama's way of writing turns, stock and with marks.
SPM_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
)
SPM_MARKED = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>\n' }}{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ message['content'] + eos_token + '\n' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + eos_token + '\n' }}{% endif %}{% endfor %}"
)


def trl_template(name: str) -> str:
    import trl

    return (Path(trl.__file__).parent / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")
