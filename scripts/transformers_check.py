"""Loads each folder that is named as a model of transformers and gives it a few tokens.

Ends with 1 where a weight is missing, unexpected or of another shape than the configuration says,
or where the model's answer holds anything but finite numbers.
"""

import sys

import torch
import transformers
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

TOKENS = [1, 2, 3, 5, 8, 13]


def load(folder):
    """The model, with all that transformers has to say about its weights."""
    config = AutoConfig.from_pretrained(folder)
    architecture = (config.architectures or [""])[0]
    kind = getattr(transformers, architecture, None)
    if kind is None:
        kind = AutoModelForCausalLM if "CausalLM" in architecture else AutoModel
    return kind.from_pretrained(folder, output_loading_info=True, dtype="auto")


def problems_of(folder):
    model, info = load(folder)
    problems = [
        f"{kind}: {', '.join(map(str, sorted(info[kind], key=str)))}"
        for kind in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs")
        if info.get(kind)
    ]
    limit = model.config.get_text_config().vocab_size
    tokens = torch.tensor([[token % limit for token in TOKENS]])
    with torch.no_grad():
        answer = model(input_ids=tokens)[0]
    if not torch.isfinite(answer).all():
        problems.append("the answer to a few tokens is not finite")
    count = sum(parameter.numel() for parameter in model.parameters())
    shape = "×".join(map(str, answer.shape))
    print(f"{folder}: {type(model).__name__}, {model.dtype}, {count} parameters, answer {shape}")
    return problems


def main(folders):
    # What it would say about weights is said below, once.
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    print(f"transformers {transformers.__version__}, torch {torch.__version__}")
    failed = False
    for folder in folders:
        try:
            problems = problems_of(folder)
        except Exception as error:  # Whatever it is, the folder cannot be loaded.
            problems = [f"{type(error).__name__}: {error}"]
        for problem in problems:
            print(f"✗ {folder}: {problem}")
        if not problems:
            print(f"✓ {folder}")
        failed = failed or bool(problems)
    return 1 if failed else 0


sys.exit(main(sys.argv[1:]))
