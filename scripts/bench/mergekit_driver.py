"""Runs merge methods of the mergekit that this Python has, on tensors that it is given.

Reads one JSON object per line and answers each with one. The first says which files are the inputs,
in bf16, with `rows` and `columns`, and how many `threads` and `tensors` there are; the others ask for
a run: `method`, `base` (whether the first input is the base), `models` (how many further inputs),
`parameters`, `perModel`, `seed`, and `save`, a file for the result or null. A run merges so many
tensors one after another, each from inputs of its own. Only the calls of the merge method itself are
timed; where a result is saved, which is for comparing, one thread makes it.
"""

import json
import sys
import time

import torch
from mergekit import merge_methods

SEED = 0


def one_tensor_task(job, tensors):
    """A function that merges by a task of mergekit up to 0.1.4."""
    from mergekit.architecture import WeightInfo
    from mergekit.common import ImmutableMap, ModelReference
    from mergekit.io.tasks import GatherTensors

    method = merge_methods.get(job["method"])
    weight = WeightInfo(name="weight")
    models = [
        ModelReference.model_validate(f"bench/model-{i}") for i in range(len(tensors))
    ]
    base = models[0] if job["base"] else None
    others = models[1:] if job["base"] else models
    shared = {p.name: p.default_value for p in method.parameters()} | job["parameters"]
    own = {p.name: p.default_value for p in method.tensor_parameters()}
    own_of = {model: own for model in models}
    own_of |= {model: own | values for model, values in zip(others, job["perModel"])}
    task = method.make_task(
        output_weight=weight,
        tensors=GatherTensors(
            weight_info=ImmutableMap({model: weight for model in models})
        ),
        parameters=ImmutableMap(shared),
        tensor_parameters=ImmutableMap(
            {model: ImmutableMap(values) for model, values in own_of.items()}
        ),
        base_model=base,
    )
    inputs = dict(zip(models, tensors))
    return lambda: task.execute(tensors=inputs)


def one_tensor_call(job, tensors):
    """A function that merges by the tensor API of mergekit from 0.1.5 on."""
    ids = list(range(len(tensors)))
    others = ids[1:] if job["base"] else ids
    parameters = dict(job["parameters"])
    for name in {name for values in job["perModel"] for name in values}:
        parameters[name] = {
            i: values[name] for i, values in zip(others, job["perModel"])
        }
    return lambda: merge_methods.merge_tensors(
        tensors,
        job["method"],
        parameters=parameters,
        base_index=0 if job["base"] else None,
        name="weight",
    )


def prepare(job, inputs):
    tensors = inputs[: job["models"] + job["base"]]
    if hasattr(merge_methods, "merge_tensors"):
        return one_tensor_call(job, tensors)
    return one_tensor_task(job, tensors)


def run(job, copies, threads):
    merges = [prepare(job, inputs) for inputs in copies]
    if job["save"] is not None:
        merges = merges[:1]
    torch.manual_seed(SEED)
    # Sums of bf16 numbers depend on how many threads share them: what is compared is made by one.
    torch.set_num_threads(threads if job["save"] is None else 1)
    with torch.no_grad():
        start = time.perf_counter()
        results = [merge() for merge in merges]
        seconds = time.perf_counter() - start
    result = results[0]
    if job["save"] is not None:
        with open(job["save"], "wb") as file:
            file.write(result.contiguous().view(torch.uint8).numpy().tobytes())
    return {"milliseconds": seconds * 1000, "dtype": str(result.dtype)}


def load(path, rows, columns):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    return torch.frombuffer(data, dtype=torch.bfloat16).reshape(rows, columns)


def main():
    # Progress bars and warnings of the libraries have no place among the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    copies, threads = [], 1
    for line in sys.stdin:
        request = json.loads(line)
        if "inputs" in request:
            threads = request["threads"]
            shape = request["rows"], request["columns"]
            copies = [
                [load(path, *shape) for path in request["inputs"]]
                for _ in range(request["tensors"])
            ]
            answer = {"torch": torch.__version__}
        else:
            answer = run(request, copies, threads)
        print(json.dumps(answer), file=answers, flush=True)


main()
