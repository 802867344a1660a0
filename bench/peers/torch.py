"""PyTorch on the CPU, without autocast: the same products and training steps, in eager mode, which PyTorch trains in by default.

Speaks the JSON lines of serve.mjs.
"""

import json
import re
import sys
import time

# this file's directory, where `import torch` would find this file
sys.path.pop(0)


def blas_of(torch):
    """Names and versions of the BLAS that the process has loaded, or what PyTorch was built with where that cannot be seen."""
    try:
        with open("/proc/self/maps") as maps:
            files = {line.split("/")[-1].strip() for line in maps if re.search(r"/lib[^/]*(blas|blis|mkl|Accelerate)", line)}
            paths = "".join(sorted(files))
    except OSError:
        return re.search(r"BLAS_INFO=(\w+)|$", torch.__config__.show()).group(1) or "unknown BLAS"
    openblas = re.search(r"openblas\w*-?r?([\d.]*\d)?", paths)
    if openblas:
        return f"OpenBLAS {openblas.group(1) or ''}".strip()
    if "mkl" in paths or "mkl" in torch.__config__.show().split("BLAS_INFO=")[-1][:4]:
        return "MKL"
    if "blis" in paths:
        return "BLIS"
    if re.search(r"libblas\.so", paths):
        return "reference BLAS"
    return "BLAS " + (re.search(r"BLAS_INFO=(\w+)|$", torch.__config__.show()).group(1) or "unknown")


def prepare_gemm(torch, case):
    tokens, inputs, outputs = case["tokens"], case["inFeatures"], case["outFeatures"]

    def pattern(rows, row_factor, column_factor, period):
        row = torch.arange(rows).unsqueeze(1) * row_factor
        column = torch.arange(inputs).unsqueeze(0) * column_factor
        return (((row + column) % period) - period // 2).float() / 8

    x = pattern(tokens, 31, 17, 23)
    weight = pattern(outputs, 13, 29, 19)

    def run():
        with torch.no_grad():
            return torch.nn.functional.linear(x, weight)

    for _ in range(10):
        product = run()
    entries = [(0, 0), (5, 7), (tokens >> 1, 3), (tokens - 1, outputs - 1)]
    return {"samples": [product[token, output].item() for token, output in entries]}, run


def build_model(torch, config):
    nn, functional = torch.nn, torch.nn.functional
    width, heads, length = config["dModel"], config["numHeads"], config["seqLen"]
    is_causal = config["family"] == "decoder"

    def linear(inputs, outputs, gain=1.0):
        layer = nn.Linear(inputs, outputs)
        nn.init.normal_(layer.weight, std=gain / inputs**0.5)
        nn.init.zeros_(layer.bias)
        return layer

    output_gain = (2 * config["numLayers"]) ** -0.5

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.projections = linear(width, 3 * width)
            self.output = linear(width, width, output_gain)
            if is_causal:
                hidden = torch.full((length, length), float("-inf")).triu(1)
                self.register_buffer("mask", hidden, persistent=False)

        def forward(self, x):
            batch = x.shape[0]
            q, k, v = self.projections(x).view(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            if hasattr(functional, "scaled_dot_product_attention"):
                mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=is_causal)
            else:
                scores = (q * (width // heads) ** -0.5) @ k.transpose(-2, -1)
                mixed = (scores + self.mask if is_causal else scores).softmax(-1) @ v
            return self.output(mixed.transpose(1, 2).reshape(batch, length, width))

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.attention_norm, self.mlp_norm = nn.LayerNorm(width), nn.LayerNorm(width)
            self.attention = Attention()
            self.up, self.down = linear(width, config["dFf"]), linear(config["dFf"], width, output_gain)

        def forward(self, x):
            x = x + self.attention(self.attention_norm(x))
            return x + self.down(functional.gelu(self.up(self.mlp_norm(x)), approximate="tanh"))

    class Transformer(nn.Module):
        def __init__(self):
            super().__init__()
            if is_causal:
                self.embedding = nn.Embedding(config["classes"], width)
                nn.init.normal_(self.embedding.weight, std=width**-0.5)
            else:
                self.embedding = linear(config["channels"] * config["patchSize"] ** 2, width)
            self.positions = nn.Parameter(torch.randn(length, width) * width**-0.5)
            self.blocks = nn.Sequential(*(Block() for _ in range(config["numLayers"])))
            self.norm = nn.LayerNorm(width)
            self.head = linear(width, config["classes"])

        def forward(self, inputs):
            x = self.embedding(inputs if is_causal else patches(inputs, config["patchSize"])) + self.positions
            x = self.norm(self.blocks(x))
            return self.head(x if is_causal else x.mean(1))

    return Transformer()


def patches(images, size):
    """(batch, channels, height, width) → (batch, patches, channels·size²)"""
    batch, channels, height, width = images.shape
    grid = images.view(batch, channels, height // size, size, width // size, size)
    return grid.permute(0, 2, 4, 1, 3, 5).reshape(batch, -1, channels * size * size)


def prepare_step(torch, case):
    torch.manual_seed(0)
    config, batch = case["model"], case["batchSize"]
    model = build_model(torch, config)
    if config["family"] == "decoder":
        inputs = torch.randint(config["classes"], (batch, config["seqLen"]))
        labels = torch.randint(config["classes"], (batch * config["seqLen"],))
    else:
        inputs = torch.randn(batch, config["channels"], config["imageSize"], config["imageSize"])
        labels = torch.randint(config["classes"], (batch,))
    settings = case["optimizer"]
    named = list(model.named_parameters())
    is_decayed = lambda name, parameter: parameter.dim() == 2 and name != "positions"
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for n, p in named if is_decayed(n, p)], "weight_decay": settings["weightDecay"]},
            {"params": [p for n, p in named if not is_decayed(n, p)], "weight_decay": 0.0},
        ],
        lr=settings["learningRate"],
        betas=(settings["beta1"], settings["beta2"]),
        eps=settings["epsilon"],
    )

    def run():
        optimizer.zero_grad(set_to_none=True)
        logits = model(inputs).view(-1, config["classes"])
        loss = torch.nn.functional.cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    losses = [run() for _ in range(case["checkSteps"])]
    return {"parameters": sum(p.numel() for p in model.parameters()), "losses": losses}, run


def prepare(case, threads):
    try:
        import torch
    except ImportError:
        return {"absent": "no python3 on this machine can import torch"}, None
    torch.set_num_threads(threads)
    facts, run = (prepare_gemm if case["kind"] == "gemm" else prepare_step)(torch, case)
    blas = blas_of(torch)
    if blas == "reference BLAS":
        return {"cannot": "its matrix products go to the unoptimised reference BLAS: install OpenBLAS"}, None
    return {"versions": {"PyTorch": f"{torch.__version__} ({blas})"}, **facts}, run


def main():
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if "run" in request:
                answer = {"ms": []}
                for _ in range(request["run"]):
                    began = time.perf_counter()
                    run()
                    answer["ms"].append(1000 * (time.perf_counter() - began))
            else:
                answer, run = prepare(request["case"], request["threads"])
        except Exception as error:
            answer = {"cannot": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
