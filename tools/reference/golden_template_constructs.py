#!/usr/bin/env python3
"""Write tests/golden/data/templates/constructs.json: what expressions of chat templates give in transformers.

    python golden_template_constructs.py [OUT]      # default: tests/golden/data of this repository

Each has its source, rendered over CONTEXT with the environment of transformers' chat templates, and what came out; null
where transformers refuses it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import common

CONTEXT = {
    "n": 3,
    "z": 0,
    "f": 2.5,
    "whole": 3.0,
    "minus": -7,
    "t": True,
    "s": "  The quick_brown-fox, jumps.\n",
    "w": "hello World",
    "path": "a/b/c.tar.gz",
    "digits": "0042",
    "lines": "one\ntwo\r\n\nthree",
    "empty": "",
    "nums": [3, 1, 2, 3],
    "words": ["pear", "Apple", "fig", "apple"],
    "nested": [[1, 2], [3]],
    "pair": [{"role": "user", "n": 2}, {"role": "tool", "n": 1}, {"role": "assistant", "n": 3, "content": None}],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi <b>"},
        {"role": "assistant", "content": "Hello.", "tool_calls": [{"name": "f", "arguments": {"b": 1, "a": "x"}}]},
    ],
    "d": {"b": 2, "a": 1, "C": 3},
    "mixed": {"x": None, "y": [1, "two", {"z": True}], "it's": 1.5},
}

EXPRESSIONS = """
n|string ~ 'x'
true
t
none
f
whole
1e3
n / 2
n // 2
minus // 2
minus % 3
n ** 2
2 ** -1
n + f
'-' * n
nums * 2
nums + [4]
'a' 'b'
0 < n < 5
0 < n < 3
1 < n > 2
n == 3.0
n == '3'
t == 1
none == none
nums == [3, 1, 2, 3]
d == {'b': 2, 'a': 1, 'C': 3}
[1] in nested
[3] in nested
2 in nums
'2' in nums
n not in nums
'role' in pair[0]
'x' in none
none in [none]
'ell' in w
not none
none ~ 'x'
true ~ 1
nums ~ ''
words|string
mixed
mixed|string
[none, true, 1.0, 'it\\'s']
('a', 1)
nums[1:]
nums[::-1]
nums[-1]
w[0]
w[-5:]
w[::2]
pair[-1].role
pair[-1]['role']
d.b
d['missing']
d.missing is defined
d.get('b')
d.get('q')
d.get('q', 5)
d.items()|list
d.keys()|list
d.values()|list
d|length
d|list
d|first
d|items|list
d|dictsort
d|dictsort(true)
d|dictsort(false, 'value')
d|dictsort(reverse=true)
d|dictsort(by='value')|first
nums|sort
nums|sort(reverse=true)
words|sort
words|sort(case_sensitive=true)
pair|sort(attribute='n')|map(attribute='role')|list
pair|sort(attribute='n', reverse=true)|map(attribute='role')|join(',')
words|unique|list
words|unique(case_sensitive=true)|list
nums|unique|list
nums|min
nums|max
words|min
pair|max(attribute='n')
pair|min(attribute='n')
nums|sum
pair|sum(attribute='n')
nums|sum(start=10)
nums|first
nums|last
[]|first
nums|length
nums|count
nums|reverse|list
w|reverse
nums|join(', ')
words|join
pair|join(',', attribute='role')
nums|list
w|list
nums|map('string')|join('+')
words|map('upper')|list
words|map('length')|list
words|map('replace', 'p', 'b')|list
nums|map('float')|list
pair|map(attribute='content', default='-')|list
messages|map(attribute='content')|join('|')
messages|map(attribute='tool_calls.0.name')|list
pair|selectattr('content')|list|length
pair|selectattr('role', 'equalto', 'user')|list|length
pair|selectattr('role', '==', 'tool')|map(attribute='n')|list
pair|selectattr('role', 'eq', 'tool')|list|length
pair|selectattr('role', 'ne', 'tool')|list|length
pair|selectattr('role', 'in', ['user', 'tool'])|map(attribute='n')|list
pair|rejectattr('role', 'in', ['user', 'tool'])|map(attribute='n')|list
pair|selectattr('n', 'gt', 1)|map(attribute='n')|list
pair|selectattr('n', 'ge', 2)|list|length
pair|selectattr('n', '<', 2)|list|length
pair|selectattr('content', 'defined')|list|length
pair|rejectattr('content', 'defined')|list|length
pair|selectattr('content', 'none')|list|length
pair|selectattr('n', 'odd')|map(attribute='n')|list
pair|selectattr('n', 'divisibleby', 2)|map(attribute='n')|list
nums|select|list
nums|select('odd')|list
nums|select('gt', 1)|list
nums|select('in', [1, 2])|list
nums|reject('odd')|list
nums|reject('equalto', 3)|list
words|select('lower')|list
pair|groupby('role')|length
pair|groupby('role')|map(attribute='grouper')|list
nums|batch(3)|list
nums|batch(3, 'x')|list
nums|slice(3)|list
n|abs
minus|abs
f|round
2.567|round(2)
2.5|round
3.5|round
2.1|round(method='ceil')
f|int
minus / 2|int
'12'|int
'12.7'|int
'x'|int
'x'|int(7)
'0x1f'|int(base=16)
'1.5'|float
'x'|float
none|int
n|float
t|int
s|trim
s|trim('. \\n')
'xxhixx'|trim('x')
s.strip()
s.strip(' \\n.')
s.lstrip()
s.rstrip('\\n')
w|upper
w|lower
w|title
w|capitalize
"they're here"|title
w.title()
w.capitalize()
w.upper()
w.swapcase()
w.casefold()
w|length
w|wordcount
w|replace('o', '0')
w|replace('o', '0', 1)
w.replace('l', 'L', 2)
w.find('o')
w.find('zz')
w.rfind('o')
w.index('o')
w.count('l')
w.startswith('hell')
w.startswith(('x', 'he'))
w.endswith('ld')
w.startswith('World', 6)
path.split('/')
path.split('/', 1)
path.rsplit('.', 1)
path.split('/')[-1].split('.')[0]
s.split()
lines.split('\\n')
lines.splitlines()
lines.splitlines(true)
path.partition('/')
path.rpartition('.')
path.removeprefix('a/')
path.removesuffix('.gz')
digits.isdigit()
digits.isnumeric()
w.isalpha()
'abc'.isalpha()
'ABC'.isupper()
'abc'.islower()
' '.isspace()
'a1'.isalnum()
digits.zfill(6)
'7'.zfill(3)
w.ljust(14, '.')
w.rjust(14)
w.center(15, '*')
', '.join(words)
''.join(w)
'{} and {}'.format(n, w)
'{0}-{1}-{0}'.format('a', 'b')
'{name}'.format(name='x')
'%s is %d' % (w, n)
'%s'|format(w)
'%.2f'|format(f)
'%05d|%x|%r' % (n, 255, w)
'a'|center(5)
lines|indent
lines|indent(2, true)
lines|indent(2, first=true, blank=true)
lines|indent('> ')
'a b c'|wordwrap(3)
w|truncate(8)
w|truncate(5, true, '')
'<a href="x">&'|escape
'<a>'|e
'<p>one <b>two</b></p>'|striptags
'a b/c'|urlencode
messages[1].content|safe
mixed|tojson
mixed|tojson(indent=2)
'é\\u2028'|tojson
d|tojson(sort_keys=true)
d|tojson(separators=(',', ':'))
'é'|tojson(ensure_ascii=true)
nums|tojson
none|tojson
[]|tojson(indent=4)
{}|tojson(indent=4)
missing|default('x')
missing|d('x')
none|default('x')
none|default('x', true)
empty|default('x', true)
''|default('x')
missing|length
missing
missing ~ 'x'
missing is defined
missing is undefined
none is none
n is number
n is integer
f is float
f is number
t is boolean
t is number
t is integer
t is true
z is false
w is string
nums is sequence
d is mapping
d is iterable
w is iterable
nums is iterable
d is sequence
n is odd
n is even
n is divisibleby 3
n is divisibleby(2)
n is eq 3
n is equalto(3)
n is ne 3
n is gt 2
n is lt 2
n is in [1, 3]
n is not in [1, 3]
'a' is in 'abc'
n is sameas 3
none is sameas none
w is lower
'ABC' is upper
raise_exception is callable
'x' is filter
'upper' is filter
n is not none
not n is none
n if n > 2 else 'no'
'yes' if false
(n if n > 5)|default('d')
n and w
z or w
z and missing
range(3)|list
range(1, 6, 2)|list
range(3)[-1]
dict(a=1, b='x')
dict(a=1).a
namespace(x=1).x
nums|attr('missing') is defined
d|attr('b') is defined
d|xmlattr
1_000
0.1 + 0.2
1 / 3
10 / 5
1e16
1e-7
123456789.0
100000000000000000000
-n
+n
- 2 ** 2
'a' < 'b'
'B' < 'a'
[1, 2] < [1, 3]
nums|string|length
messages[2].tool_calls[0].arguments|items|list
messages[2].tool_calls[0].arguments|dictsort
messages|length - 1
messages[:-1]|length
messages[-1:]|map(attribute='role')|first
(messages|selectattr('role', 'equalto', 'user')|list)[-1].content
messages|selectattr('tool_calls', 'defined')|list|length
(messages|last).role
messages|map(attribute='role')|list
messages|map(attribute='role')|unique|join(' ')
w.split(' ')|map('capitalize')|join(' ')
""".strip("\n").split("\n")

TEMPLATES = [
    "{% for m in messages %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}",
    "{% for m in messages %}{{ loop.index0 }}{{ loop.first }}{{ loop.revindex }}{{ loop.revindex0 }} {% endfor %}",
    "{% for m in messages %}{{ loop.previtem.role if loop.previtem }}>{{ loop.nextitem.role }} {% endfor %}",
    "{% for m in messages %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for m in messages %}{{ loop.changed(m.role) }} {% endfor %}",
    "{% for x in nums recursive %}{{ loop.depth }}{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}",
    "{% for x in missing %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in [] %}{{ x }}{% else %}none{% endfor %}",
    "{% for c in 'abc' %}{{ c }}.{% endfor %}",
    "{% for x in nums if x > 1 %}{{ x }}{{ loop.index }} {% endfor %}",
    "{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}",
    "{% for x in nums %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in nums %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}",
    "{% set ns = namespace(a=1) %}{% for x in nums %}{% set ns.a = ns.a + x %}{% endfor %}{{ ns.a }}",
    "{% set x = 1 %}{% for i in nums %}{% set x = i %}{% endfor %}{{ x }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}",
    "{% set x %}block {{ n }}{% endset %}[{{ x }}]",
    "{% set x | upper %}block{% endset %}{{ x }}",
    "{% macro f(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ f(1) }} {{ f(1, b=3) }} {{ f(b=4, a=0) }}",
    "{% macro f() %}{{ caller() }}!{% endmacro %}{% call f() %}in{% endcall %}",
    "{% macro f() %}{{ varargs|length }}{{ kwargs.x }}{% endmacro %}{{ f(1, 2, x=3) }}",
    "{% filter upper %}abc{{ w }}{% endfilter %}",
    "{% with a=1, b=2 %}{{ a + b }}{% endwith %}",
    "{% if n > 2 and w %}a{% elif z %}b{% else %}c{% endif %}",
    "{% if not (z or none) %}a{% endif %}",
    "{% if missing %}a{% else %}b{% endif %}",
    "{% if messages[0]['role'] == 'system' %}{% set rest = messages[1:] %}{% endif %}{{ rest|length }}",
    "{% raw %}{{ x }}{% endraw %}",
    "{# comment #}a{#- c -#} b",
    "{%- if true -%}  a  {%- endif -%}  b",
    "  {% if true %}\n a\n  {% endif %}\nb\n",
    "{{ '{{' }}{{ \"it's\" }}{{ 'a\\nb' }}{{ 'tab\\t' }}",
    "{{ messages[0] }}",
    "{{ messages[2].tool_calls }}",
    "{{ ['a', none, true, 1.5, {'k': (1, 2)}] }}",
    "{{ raise_exception('no') }}",
    "{% if 'x' in missing %}a{% endif %}b",
    "{{ missing.field }}",
    "{{ d.missing.deeper }}",
    "{{ none.x }}",
    "{{ none + 'x' }}",
    "{{ n + 'x' }}",
    "{{ 'x' + n }}",
    "{{ 'x' + none|string }}",
    "{{ nums|nosuchfilter }}",
    "{{ w.nosuchmethod() }}",
    "{% set content = messages[1].content %}{% if content is string %}{{ content }}{% endif %}",
    "{% generation %}{{ w }}{% endgeneration %}",
    "{%- set fmt = '%d' -%}{{ (fmt % n) }}",
    "{{ strftime_now('%Y')|length }}",
    "{{- '<|im_start|>' + messages[0].role + '\\n' -}}",
    "{% for tool in [{'name': 'f', 'parameters': {'type': 'object'}}] %}{{ tool | tojson }}\n{% endfor %}",
    "{% set last = namespace(i=-1) %}{% for m in messages[::-1] %}{% set index = (messages|length - 1) - loop.index0 %}"
    "{% if m.role == 'user' and last.i < 0 %}{% set last.i = index %}{% endif %}{% endfor %}{{ last.i }}",
]


def main() -> None:
    from transformers.utils.chat_template_utils import _compile_jinja_template

    def rendered(source: str) -> str | None:
        try:
            return _compile_jinja_template(source).render(**CONTEXT)
        except Exception:
            return None

    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "tests/golden/data"
    sources = [f"{{{{ {expression} }}}}" for expression in EXPRESSIONS] + TEMPLATES
    cases = [{"source": source, "text": rendered(source)} for source in sources]
    common.write_json(
        out / "templates" / "constructs.json", {"made_by": common.made_by(), "context": CONTEXT, "cases": cases}
    )


if __name__ == "__main__":
    main()
