"""Makes architectures.json: the tensors that transformers has for small models of each class.

    python tests/recipe/architectures.py

Needs torch and transformers (5.12.1 made the file that is committed). `state` lists the names of a
model in memory, `saved` those that it writes, where they are others.
"""

import json
import pathlib
import tempfile

import transformers
from safetensors import safe_open

LAYERS = 2
SIZES = dict(
    vocab_size=64,
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=LAYERS,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=8,
    max_position_embeddings=64,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
)
GPT2 = dict(vocab_size=64, n_embd=32, n_layer=LAYERS, n_head=4, bos_token_id=1, eos_token_id=2)
SIGLIP = dict(
    hidden_size=32,
    intermediate_size=64,
    num_hidden_layers=LAYERS,
    num_attention_heads=4,
    image_size=28,
    patch_size=14,
    vision_use_head=False,
)

CLASSES = {
    "LlamaForCausalLM": ("LlamaConfig", SIZES),
    "LlamaForSequenceClassification": ("LlamaConfig", SIZES),
    "GraniteForCausalLM": ("GraniteConfig", SIZES),
    "HeliumForCausalLM": ("HeliumConfig", SIZES),
    "SmolLM3ForCausalLM": ("SmolLM3Config", SIZES),
    "MistralForCausalLM": ("MistralConfig", SIZES),
    "MistralForSequenceClassification": ("MistralConfig", SIZES),
    "MixtralForCausalLM": ("MixtralConfig", SIZES | dict(num_local_experts=3)),
    "Qwen2ForCausalLM": ("Qwen2Config", SIZES),
    "Qwen3ForCausalLM": ("Qwen3Config", SIZES),
    "Qwen3MoeForCausalLM": ("Qwen3MoeConfig", SIZES | dict(num_experts=3, moe_intermediate_size=16)),
    "GemmaForCausalLM": ("GemmaConfig", SIZES),
    "Gemma2ForCausalLM": ("Gemma2Config", SIZES),
    "Gemma3ForCausalLM": ("Gemma3TextConfig", SIZES),
    "Gemma3ForConditionalGeneration": (
        "Gemma3Config",
        dict(text_config=SIZES, vision_config=SIGLIP, mm_tokens_per_image=4),
    ),
    "PhiForCausalLM": ("PhiConfig", SIZES | dict(num_key_value_heads=4)),
    "Phi3ForCausalLM": ("Phi3Config", SIZES),
    "ArceeForCausalLM": ("ArceeConfig", SIZES),
    "CohereForCausalLM": ("CohereConfig", SIZES | dict(use_qk_norm=True)),
    "Cohere2ForCausalLM": ("Cohere2Config", SIZES),
    "Glm4ForCausalLM": ("Glm4Config", SIZES),
    "Olmo2ForCausalLM": ("Olmo2Config", SIZES),
    "StableLmForCausalLM": ("StableLmConfig", SIZES | dict(use_qkv_bias=True)),
    "Starcoder2ForCausalLM": ("Starcoder2Config", SIZES),
    "GPTNeoXForCausalLM": ("GPTNeoXConfig", SIZES),
    "GPT2LMHeadModel": ("GPT2Config", GPT2),
    "GPT2ForSequenceClassification": ("GPT2Config", GPT2),
    "BertModel": ("BertConfig", SIZES),
    "BertForMaskedLM": ("BertConfig", SIZES),
    "BertForSequenceClassification": ("BertConfig", SIZES),
    "BertForTokenClassification": ("BertConfig", SIZES),
    "BertForMultipleChoice": ("BertConfig", SIZES),
}


def saved_names(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        file = pathlib.Path(folder) / "model.safetensors"
        with safe_open(file, framework="pt") as tensors:
            config = json.loads((pathlib.Path(folder) / "config.json").read_text())
            return sorted(tensors.keys()), config


def facts(name, config_name, values):
    config = getattr(transformers, config_name)(**values)
    model = getattr(transformers, name)(config)
    state = sorted(model.state_dict().keys())
    saved, config = saved_names(model)
    text = config.get("text_config", config)
    keys = ["model_type", "num_hidden_layers", "n_layer", "num_local_experts", "num_experts"]
    kept = {key: config[key] for key in keys if key in config}
    if text is not config:
        kept |= {
            part: {"num_hidden_layers": config[part]["num_hidden_layers"]}
            for part in ("text_config", "vision_config")
        }
    found = {"config": {"architectures": [name], **kept}, "saved": saved}
    found["tied"] = bool(getattr(model.config, "tie_word_embeddings", False))
    if set(state) - set(saved) - {"lm_head.weight"}:
        found["state"] = state
    return found


def main():
    found = {name: facts(name, *rest) for name, rest in CLASSES.items()}
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(json.dumps({"layers": LAYERS, "classes": found}, indent="\t") + "\n")


if __name__ == "__main__":
    main()
