"""What other programs make of what is taken along, and the page in another browser."""

from __future__ import annotations

from ..records import kept
from .cells import small, stamp, table

CLIENTS = ["transformers and peft", "transformers", "mlx-lm", "llama.cpp", "transformers, weights rounded"]
WAYS = {
    "one": "under TRL, one process",
    "ddp": "two processes, DDP over gloo",
    "fsdp2": "two processes, FSDP2 over gloo",
    "back": "here again, from the checkpoint of two processes",
}


def exports() -> str:
    rows = []
    for r in kept("exports"):
        for kind, entry in r.get("formats", {}).items():
            for who in CLIENTS:
                values = entry.get(who)
                if not values or "loss" not in values:
                    continue
                twin = entry.get("llama-quantize's file")
                same = "the same" if twin == values else "other" if twin else "-"
                parted = "; ".join(f"at {one['at']}, led by {one['margin']:.2g}" for one in values["partings"])
                blocks = entry.get("llama-quantize") or entry.get("bitsandbytes")
                rows.append(
                    [
                        r["name"] + (" (rsLoRA)" if r["rslora"] else ""),
                        kind,
                        entry["bytes"],
                        who,
                        small(values["loss"]),
                        small(values["mean_loss"]),
                        f"{values['texts_equal']} of {values['texts']}{f' ({parted})' if parted else ''}",
                        f"{len(blocks['different'])} of {blocks['tensors']}" if blocks else "-",
                        same if who == "llama.cpp" else "-",
                        stamp(r),
                    ]
                )
    head = [
        "model",
        "format",
        "bytes",
        "client",
        "loss of a row, largest difference",
        "mean loss of 20 rows, difference",
        "greedy texts equal (parting)",
        "tensors that differ from the client's own quantiser's",
        "losses and texts of the quantiser's own file",
        "run",
    ]
    return table(head, rows)


def templates() -> str:
    rows = []
    for r in kept("exports"):
        told = r.get("templates") or {
            r["name"]: entry["ollama"] for entry in r["formats"].values() if "ollama" in entry
        }
        for name, values in told.items():
            said = f"{values['alike']} of {values['conversations']}" if values["template"] else "left to Ollama"
            tools = values.get("tools")
            with_tools = f"{tools['alike']} of {tools['conversations']}" if tools else "–"
            thinks = "told apart" if values.get("thinking") else "–"
            rows.append([name, said, with_tools, thinks, ", ".join(values["stop"]), stamp(r)])
    head = ["template of", "conversations with the same tokens", "with tools, but for spaces in JSON", "thinking"]
    return table([*head, "stop words", "run"], rows)


def handover() -> str:
    rows = []
    for r in kept("handover"):
        for way, found in r.get("ways", {}).items():
            rows.append([r["name"], WAYS[way], found["steps"], small(found["loss"]), stamp(r)])
    return table(["run", "goes on", "steps compared", "loss, largest difference", "run"], rows)


def handover_rows() -> str:
    rows = []
    for r in kept("handover"):
        for name, found in r.get("sets", {}).items():
            cells = [found[key] for key in ("shape", "rows", "tokens", "trained", "different")]
            rows.append([name, *cells, stamp(r)])
    return table(["data set", "shape", "rows", "tokens", "of these trained", "rows that differ", "run"], rows)


def walk() -> str:
    rows = ([r["gpu"], step, stamp(r)] for r in kept("walk") for step in r["steps"])
    return table(["browser", "passed", "run"], rows)
