"""Writes pyyaml.json: what PyYAML's safe loader, which mergekit reads recipes with, makes of scalars and
of small documents. Run with PyYAML 6.0.3:

    python3 tests/recipe/pyyaml.py
"""

import datetime
import itertools
import json
import pathlib

import yaml

WORDS = """
y Y n N yes Yes YES yEs no No NO nO true True TRUE tRue false False FALSE on On ON oN off Off OFF
t f ~ null Null NULL nULL None none nil NaN nan inf Infinity = << < > - + . .. ... a a_b a-b *
""".split()

INTEGERS = """
0 -0 +0 00 1 -1 +1 12 007 017 -017 +017 08 09 018 0o17 0O17 0o18 -0o17 1_000 1_ _1 1__0 0_ 0_7 0_8 -1_0
0b0 0b1 0b101 0B1 0b102 0b_ 0b1_0 -0b11 +0b1 0b 0x0 0x1F 0xff 0XfF 0x_ 0x1_F -0x1F +0xA 0x 0xg 0x1.8
12:30 1:30 0:30 1:60 1:5 1:05 12:30:45 -1:30 +1:30 01:30 1_0:30 1:30: :30 1:300 190:20:30 1::2 12:30:99
9007199254740992 9007199254740993 18446744073709551616 123456789012345678901234567890 0777777777777777777777
""".split()

FLOATS = """
0. .0 0.0 -0.0 +0.0 1. 1.0 01.0 1.5 -1.5 +1.5 .5 -.5 +.5 1.5e3 1.5e+3 1.5e-3 1.5E+3 1.e+3 .5e-3 -.5e-3 1e5
1e+5 1e-5 1E-5 -1e-5 1.0e-5 1.0e5 5e-324 1.0e-400 1.0e+400 1_0.5 1.5_0 1_000.5 ._5 .5_ 1._ 1_.5 1__0.5 _1.5
.inf .Inf .INF .iNf -.inf +.inf inf -inf .nan .NaN .NAN .Nan -.nan +.nan 1.2.3 1.5e 1.5e+ 1.5e+1.0 e5 1e 1.0f
1:30.5 1:30. 1:30.5_0 -1:30.5 1:60.5 190:20:30.15 0:0.5 :30.5 1:30.5e+3 0.1 0.30000000000000004 1.0e+10
3.141592653589793238 0x1p-3 1,000 1,5 50% 1/2 $1 1. .1 1.7976931348623157e+308 1.7976931348623159e+308
""".split()

DATES = [
    "2024-01-01",
    "2024-1-1",
    "2024-01-01T00:00:00",
    "2024-01-01t00:00:00",
    "2024-01-01 00:00:00",
    "2024-1-1 0:00:00",
    "2024-01-01 10:20:30.5",
    "2024-01-01 10:20:30.123456789",
    "2024-01-01 10:20:30.",
    "2024-01-01T10:20:30Z",
    "2024-01-01 10:20:30 Z",
    "2024-01-01T10:20:30+01:00",
    "2024-01-01T10:20:30-5",
    "2024-01-01 10:20:30 +5:30",
    "2024-01-01T10:20:30+05:30",
    "2024-01-01T10:20",
    "2024-13-01",
    "2024-02-30",
    "2024-02-29",
    "2023-02-29",
    "0000-01-01",
    "2024-01-01T25:00:00",
    "2024-01",
    "20240101",
    "24-01-01",
    "2024-01-01 x",
]

TEXTS = [
    "a b",
    "a: ",
    "a:b",
    "a #b",
    "a#b",
    "#a",
    "'yes'",
    '"yes"',
    "'1'",
    '"1e-5"',
    "''",
    '""',
    "'it''s'",
    '"a\\tb"',
    '"\\x41\\u0042"',
    "!!str 1",
    "!!str yes",
    "!!int '017'",
    "!!int 1.5",
    "!!float 1",
    "!!float '1e5'",
    "!!bool 'no'",
    "!!bool maybe",
    "!!null x",
    "! 1",
    "org/a",
    "org/a@v1.0",
    "org/a@1e5",
    "./a",
    "../a",
    "~/a",
    "/a/b",
    "C:\\a",
    "model.layers.0.mlp",
    "layers.1.",
    "1.0.0",
    "v1",
    "7B",
    "mistralai/Mistral-7B-v0.1",
    "1e",
    "a=b",
    "==",
    "-1.0e-5x",
    "- a",
    "? a",
    "é",
    "模型",
    "🤗",
    "a\tb",
    "<|im_start|>",
    "<s>",
    "a,b",
    "a]b",
    "a}b",
    "`a`",
    "@a",
    "%a",
    "&a b",
    "*a",
    "|a",
    ">a",
]

# Numbers as they are put together from parts.
PRODUCTS = [
    "".join(parts)
    for parts in itertools.product(
        ["", "-", "+"], ["0", "7", "10", "010", "1_0"], ["", ".", ".5"], ["", "e5", "e-5", "E+5"]
    )
]

DOCUMENTS = {
    "block mapping": "a: 1\nb:\n  c: 2\n",
    "unindented list": "a:\n- 1\n- 2\nb: 3\n",
    "compact nested list": "- - 1\n  - 2\n- 3\n",
    "flow": "a: [1, {b: 2, c: [3]}, 'd']\n",
    "flow over lines": "a: [1,\n  2,\n3]\n",
    "flow closed at the margin": "a: [\n  1,\n  2\n]\nb: {\n  c: 3\n}\nd: 4\n",
    "flow at the margin": "a:\n  - [1,\n2, {b: 3,\nc: 'x\ny'}]\n  - z\n",
    "quotes at the margin": "a:\n  b: \"x\ny\"\n  c: 'p\n\n  q'\n",
    "plain text at the margin": "a: x\ny\n",
    "brackets in block text": "a:\n  - b: |\n      [x\n    c: [1]\n  - |\n   {\n  - 1\nd: >\n  '\ne: 2\n",
    "brackets in plain text": "a: x[\nb: it's\nc: say \"x\nd: 1\n",
    "brackets in a comment": "a: 1 # [x\nb: 2 # it's\n",
    "tab in block text and comments": "a: |\n  x\ty\n# p\tq\nb: 'x\ty'\n",
    "flow with a comma at the end": "a: [1, 2,]\nb: {c: 1,}\n",
    "flow mapping without values": "{a, b: , c: 1}\n",
    "flow mapping without space": "{a:1}\n",
    "flow mapping with quoted key": '{"a":1}\n',
    "single pair in a flow list": "[a: 1, b]\n",
    "empty values": "a:\nb: ~\nc: ''\n",
    "empty document": "",
    "only a comment": "# nothing\n",
    "comments": "a: 1 # one\n# two\nb: 'x # y' # z\nc: x#y\n",
    "anchors": "a: &x [1, 2]\nb: *x\n",
    "anchor on a mapping": "a: &x\n  b: 1\nc: *x\n",
    "anchor redefined": "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
    "unknown alias": "a: *x\n",
    "merge": "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n",
    "merge after own key": "a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n",
    "merge of several": "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne: {<<: [*x, *y]}\n",
    "two merges": "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne:\n  <<: *x\n  <<: *y\n",
    "merge of a merge": "a: &x {b: 1, c: 1}\nd: &y {<<: *x, c: 2}\ne: {<<: *y, f: 3}\n",
    "merge of a scalar": "a:\n  <<: 1\n",
    "merge of a list of scalars": "a:\n  <<: [1]\n",
    "quoted merge": 'a: &x {b: 1}\nc: {"<<": *x}\n',
    "duplicate keys": "a: 1\nb: 2\na: 3\n",
    "duplicate keys of one value": "yes: 1\ntrue: 2\n",
    "keys that are not text": "1: a\n1.5: b\nno: c\n~: d\ny: e\n",
    "key that is a number and text": "1: a\n'1': b\n",
    "key in quotes": "'a b': 1\n\"c\\td\": 2\n",
    "key that is a list": "[a]: 1\n",
    "explicit key": "? a\n: 1\n",
    "explicit key without value": "? a\nb: 1\n",
    "equals as key": "=: 1\n",
    "literal": "a: |\n  x\n   y\n\n  z\nb: 1\n",
    "literal stripped": "a: |-\n  x\n  y\n\nb: 1\n",
    "literal kept": "a: |+\n  x\n\nb: 1\n",
    "literal with indentation": "a: |2\n   x\n  y\n",
    "folded": "a: >\n  x\n  y\n\n  z\n   w\n  v\n",
    "folded stripped": "a: >-\n  x\n  y\n",
    "literal of a number": "a: |-\n  1\n",
    "empty literal": "a: |\nb: 1\n",
    "plain over lines": "a: x\n  y\n\n  z\nb: 1\n",
    "number over lines": "a: 1\n  2\n",
    "double quotes over lines": 'a: "x\n  y\\\n  z\n\n  w"\n',
    "single quotes over lines": "a: 'x\n  y\n\n  z'\n",
    "escapes": 'a: "\\0\\a\\b\\t\\n\\v\\f\\r\\e\\ \\"\\\\\\N\\_\\L\\P\\x41\\u00e9\\U0001F917"\n',
    "escaped slash": 'a: "\\/"\n',
    "unknown escape": 'a: "\\q"\n',
    "CRLF": "a: 1\r\nb:\r\n  - x\r\n  - y\r\nc: |\r\n  p\r\n  q\r\n",
    "CR": "a: 1\rb: 2\r",
    "BOM": "\ufeffa: 1\n",
    "next line character": "a: 1\u0085b: 2\n",
    "line separator": "a: 1\u2028b: 2\n",
    "no-break space": "a:\u00a01\n",
    "tab after colon": "a:\t1\n",
    "tab after dash": "-\t1\n",
    "tab before comment": "a: 1\t# x\n",
    "tab at the end": "a: 1\t\nb: 2\n",
    "tab as indentation": "a:\n\tb: 1\n",
    "tab in a blank line": "a: 1\n\t\nb: 2\n",
    "tab within text": "a: x\ty\n",
    "tab in flow": "a: [1,\t2]\n",
    "tab indented flow": "a: [\n\t1,\n\t2\n]\n",
    "trailing spaces": "a: 1   \nb: x  \n",
    "no newline at the end": "a: 1",
    "document start": "---\na: 1\n",
    "document start and end": "---\na: 1\n...\n",
    "text after document start": "--- a\n",
    "version directive": "%YAML 1.1\n---\na: yes\n",
    "later version directive": "%YAML 1.2\n---\na: yes\n",
    "tag directive": "%TAG ! tag:x,2000:\n---\na: 1\n",
    "local tag": "a: !x 1\n",
    "tagged list": "a: !!seq [1]\nb: !!map {c: 1}\n",
    "verbatim tag": "a: !<tag:yaml.org,2002:str> 1\n",
    "set": "a: !!set {b, c}\n",
    "colon in text": "a: b:c\nd: http://x/y\n",
    "colon and space in text": "a: b: c\n",
    "colon at the end": "a: b:\n",
    "dash in text": "a: -x\nb: - x\n",
    "question mark": "a: ?x\n",
    "bracket in text": "a: x[0]\nb: x]\n",
    "comma in text": "a: x, y\n",
    "percent in text": "a: 50%\nb: x%y\n",
    "at sign": "a: @x\n",
    "backtick": "a: `x`\n",
    "star alone": "- filter: *\n",
    "star in quotes": "- filter: '*'\n",
    "ampersand": "a: x&y\nb: x & y\n",
    "exclamation mark": "a: x!y\n",
    "wrong indentation": "a: 1\n  b: 2\n",
    "indentation lost": "slices:\n- sources:\n- model: a\nlayer_range: [0, 32]\n- model: b\n",
    "indented more": "a:\n    b: 1\n    c: 2\nd:\n  - e\n",
    "mixed indentation": "a:\n    b: 1\n  c: 2\n",
    "list under key at the same column": "a:\n- b: 1\n  c: 2\n- d\n",
    "unclosed quote": "a: 'x\n",
    "unclosed bracket": "a: [1\n",
    "bracket too many": "a: 1]\nb: [1]]\n",
    "empty list and mapping": "a: []\nb: {}\n",
    "null in a list": "a:\n-\n- 1\n-\n",
    "nested maps in lists": "- a:\n    - b: 1\n      c:\n        - d\n",
    "emoji and scripts": "模型: 🤗\né: ü\n",
    "control character": "a: \u0001\n",
    "long key": "? " + "k" * 1100 + "\n: 1\n",
    "long simple key": "k" * 1100 + ": 1\n",
    "two documents": "a: 1\n---\nb: 2\n",
}


def encode(value):
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["bool", value]
    if isinstance(value, int):
        return ["int", str(value)]
    if isinstance(value, float):
        return ["float", repr(value)]
    if isinstance(value, str):
        return ["str", value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return ["date", value.isoformat()]
    if isinstance(value, list):
        return ["list", [encode(item) for item in value]]
    if isinstance(value, dict):
        return ["map", [[encode(key), encode(item)] for key, item in value.items()]]
    return ["other", type(value).__name__]


def load(text):
    try:
        return encode(yaml.safe_load(text))
    except (yaml.YAMLError, ValueError, IndexError, KeyError, TypeError) as error:
        return ["error", type(error).__name__]


def main():
    scalars = dict.fromkeys([*WORDS, *INTEGERS, *FLOATS, *DATES, *TEXTS, *PRODUCTS])
    result = {
        "about": f"Written by pyyaml.py with PyYAML {yaml.__version__}: [text, what it reads] of scalars "
        "after a dash, and [name, text, what it reads] of documents.",
        "scalars": [[text, load(f"- {text}\n")] for text in scalars],
        "documents": [[name, text, load(text)] for name, text in DOCUMENTS.items()],
    }
    lines = [
        "{",
        f'"about": {json.dumps(result["about"])},',
        *(
            f'"{part}": [\n' + ",\n".join(json.dumps(row) for row in result[part]) + f"\n]{end}"
            for part, end in (("scalars", ","), ("documents", ""))
        ),
        "}",
        "",
    ]
    path = pathlib.Path(__file__).with_name("pyyaml.json")
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
