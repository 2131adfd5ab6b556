"""Writes slerp.json: slerp's weights in 60 digits, rounded once. Needs mpmath.

usage: python3 slerp.py > slerp.json
"""

import json
import random
import struct

from mpmath import acos, mp, mpf, nstr, sin, sqrt

mp.dps = 60


def bits(number: float) -> str:
    return struct.pack(">d", number).hex()


def bits32(number: float) -> str:
    return struct.pack(">f", number).hex()


def to_f32(value: mpf) -> str:
    """The bits of the nearest float32, found among the neighbours of a first guess."""
    if value == 0:
        return bits32(0.0)
    guess = struct.unpack("<i", struct.pack("<f", float(value)))[0]
    near = [struct.unpack("<f", struct.pack("<i", guess + d))[0] for d in (-1, 0, 1)]
    best = min(near, key=lambda number: abs(mpf(number) - value))
    return bits32(best)


def weights(gram: list[float], t: float) -> dict:
    aa, ab, bb = map(mpf, gram)
    norms = [sqrt(aa), sqrt(bb)]
    scale = [norm if norm > mpf("1e-8") else mpf(1) for norm in norms]
    cosine = max(mpf(-1), min(mpf(1), ab / (scale[0] * scale[1])))
    theta = acos(cosine)
    linear = abs(cosine) > mpf("0.9995")
    t = mpf(t)
    if linear:
        pair = [1 - t, t]
    else:
        pair = [sin((1 - t) * theta) / sin(theta), sin(t * theta) / sin(theta)]
    return {
        "w0": to_f32(pair[0]),
        "w1": to_f32(pair[1]),
        "cosine": float(nstr(cosine, 25)),
        "theta": float(nstr(theta, 25)),
        "linear": bool(linear),
    }


def grams() -> list[list[float]]:
    rng = random.Random(20261120)
    cosines = [0.0, 0.3, -0.3, 0.9, -0.9, 0.999, 0.9994, 0.9996, -0.9994, -0.9996, 0.99999, 1.0]
    cosines += [rng.uniform(-0.9995, 0.9995) for _ in range(20)]
    made = []
    for cosine in cosines:
        a, b = 10 ** rng.uniform(-3, 4), 10 ** rng.uniform(-3, 4)
        made.append([a * a, cosine * a * b, b * b])
    return made + [
        [0.0, 0.0, 4.0],  # a zero vector counts as orthogonal
        [9.0, 0.0, 0.0],
        [0.0, 0.0, 0.0],
        [1e-17, 1e-16, 4.0],  # a norm of 3.2e-9 is not divided by
        [1.0, 1.0000000000000002, 1.0],  # a cosine beyond 1 by rounding
        [1.0, -1.0000000000000002, 1.0],
    ]


cases = [
    {"gram": gram, "t": t, **weights(gram, t)}
    for gram in grams()
    for t in (0.0, 0.3, 0.5, 1.0, -0.25, 1.5)
]
for case in cases:
    case["gram"] = [bits(number) for number in case["gram"]]
    case["t"] = bits(case["t"])
    case["cosine"] = bits(case["cosine"])
    case["theta"] = bits(case["theta"])
print("[\n\t" + ",\n\t".join(json.dumps(case) for case in cases) + "\n]")
