#!/usr/bin/env python3
"""The long comparisons with the real stack, run fresh, and the tables of docs/numerics/results.md.

    npm run prove                                        # everything but downloaded models, on both software GPUs
    npm run prove -- --only training --case qwen2-8bit --gpu lavapipe
    npm run prove -- --real ~/models --case smollm2-50   # real models: DIR holds smollm2-135m and qwen2.5-coder-0.5b
    npm run prove -- --tables                            # run nothing, write the tables from the records

Sections: nf4, checkpoint, training (loss curves and tokens), merge, decoding, exports (each format in its own client:
transformers and peft, mlx-lm, llama.cpp, Ollama), handover (a run goes on under TRL, on one process and on two, and
comes back; its rows are made there from raw data), goldens (the reference made afresh), scores (drawn answers judged
by the programs of the field), suite (every test on a GPU, and the figures it reaches), walk (the page in Firefox). On
two cores without a GPU nf4 took 4 minutes, checkpoint 9, training one a case and GPU, exports and handover one a
model, goldens 1, scores 2, suite 2 to 3 a GPU (Firefox 15); the real models take hours. They are
HuggingFaceTB/SmolLM2-135M-Instruct and Qwen/Qwen2.5-Coder-0.5B-Instruct as a hub download leaves them. Cases and tiny
models: cases.py, tiny_models.py.

Started with any Python 3.10 or newer. It makes a virtual environment outside the repository (default
~/.cache/tunetab/venv, or $TUNETAB_VENV), installs the pinned packages there once (6 GB), and starts itself again
inside it. Work files go to ~/.cache/tunetab/prove (or $TUNETAB_PROVE). Every piece leaves a small record in
docs/numerics/SECTION.json, in the place of the one that it left there before, so pieces can be run one by one and
again; the tables are made of all records. Exit code 1 when a piece just run breaks a bound.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from proof.records import SECTIONS

HERE = Path(__file__).resolve().parent
VENV = Path(os.environ.get("TUNETAB_VENV", Path.home() / ".cache/tunetab/venv"))
PINS = (HERE / "requirements.txt").read_text().split()
BOTH = "swiftshader,lavapipe"


def enter_venv() -> None:
    """Make the environment where there is none, continue in it, and install what it lacks."""
    python = VENV / "bin/python"
    if not python.exists():
        print(f"making {VENV}", file=sys.stderr)
        venv.create(VENV, with_pip=True)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(python, [str(python), str(Path(__file__).resolve()), *sys.argv[1:]])
    # An installation that broke off leaves an environment without its packages, a new pin one with other versions.
    lacking = [pin for pin in PINS if not installed(pin)]
    if lacking:
        print(f"installing {' '.join(lacking)}", file=sys.stderr)
        subprocess.run([python, "-m", "pip", "install", "-q", *PINS], check=True)


def installed(pin: str) -> bool:
    name, _, wanted = pin.partition("==")
    try:
        # "+cpu" and the like name a build, not a version.
        found = version(name).split("+")[0]
    except PackageNotFoundError:
        return False
    return not wanted or found == wanted


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(SECTIONS), help=f"sections, with commas: {', '.join(SECTIONS)}")
    parser.add_argument("--case", default="", help="training cases or models, with commas; without: all")
    parser.add_argument(
        "--gpu",
        default="",
        help="with commas: swiftshader, lavapipe, auto for a real one, firefox for the suite; "
        "without: both software ones, the suite also firefox, with and without default limits",
    )
    parser.add_argument("--real", type=Path, help="folder that holds the real models' folders")
    parser.add_argument(
        "--reuse",
        action="store_true",
        help="take references and our runs of the work folder where the case is the same",
    )
    parser.add_argument("--brief", action="store_true", help="training without judging the trained adapter row by row")
    parser.add_argument("--tokens", type=int, default=64, help="of an answer in the section decoding")
    parser.add_argument(
        "--default-limits",
        action="store_true",
        help="the suite on a device with WebGPU's default limits and no feature",
    )
    parser.add_argument(
        "--adopt",
        nargs=4,
        metavar=("CASE", "GPU", "OURS", "THEIRS"),
        help="take two runs made elsewhere; then as --reuse",
    )
    parser.add_argument("--tables", action="store_true", help="only write the tables")
    return parser.parse_args()


def chosen(args: argparse.Namespace):
    """Cases and models that were asked for."""
    from cases import CASES, REAL

    names = [name for name in args.case.split(",") if name]
    cases = [case for case in CASES + REAL if not names or case.name in names or case.model in names]
    unknown = [name for name in names if not any(name in (case.name, case.model) for case in cases)]
    if unknown:
        raise SystemExit(f"no case or model {unknown}")
    return cases, list(dict.fromkeys(case.model for case in cases))


def run_sections(args: argparse.Namespace) -> list[dict | None]:
    from proof import exports, handover, models, scores, suites, training

    done = []
    alone = {"goldens": suites.prove_goldens, "scores": scores.prove_scores, "walk": suites.prove_walk}
    for section in args.only.split(","):
        if section in alone:
            done.append(alone[section]())
            continue
        if section == "suite":
            limits = [True] if args.default_limits else [False] if args.gpu else [False, True]
            done += [
                suites.prove_suite(gpu, least) for gpu in (args.gpu or f"{BOTH},firefox").split(",") for least in limits
            ]
            continue
        if section == "handover":
            asked = [name for name in args.case.split(",") if name] or [*handover.CASES, "rows"]
            gpu = (args.gpu or "lavapipe").split(",")[0]
            done += [
                handover.prove_rows(gpu) if name == "rows" else handover.prove_handover(name, gpu) for name in asked
            ]
            continue
        if section == "exports":
            asked = [name for name in args.case.split(",") if name]
            names = [name for name in asked or exports.MODELS if name != "templates"]
            done += [exports.prove_exports(name, args.real) for name in names]
            done += [exports.prove_templates()] if not asked or "templates" in asked else []
            continue
        cases, names = chosen(args)
        for gpu in (args.gpu or BOTH).split(","):
            if section == "training":
                done += [training.prove_case(case, gpu, args.real, args.reuse, args.brief) for case in cases]
            elif section == "decoding":
                done += [models.prove_decoding(name, gpu, args.real, args.tokens) for name in names]
            else:
                prove = {"nf4": models.prove_nf4, "checkpoint": models.prove_checkpoint, "merge": models.prove_merge}[
                    section
                ]
                done += [prove(name, gpu, args.real) for name in names]
    return done


def main() -> None:
    enter_venv()
    args = options()
    unknown = set(args.only.split(",")) - set(SECTIONS)
    if unknown:
        raise SystemExit(f"no section {sorted(unknown)}; there are {', '.join(SECTIONS)}")
    from proof import tables, training

    if args.adopt:
        from cases import CASES, REAL

        name, gpu, ours, theirs = args.adopt
        training.adopt(next(case for case in CASES + REAL if case.name == name), gpu, Path(ours), Path(theirs))
        args.only, args.case, args.gpu, args.reuse = "training", name, gpu, True
    done = [] if args.tables else run_sections(args)
    tables.write_all()
    broken = {
        f"{record['name']} {record['gpu'] or ''}": record["broken"] for record in done if record and record["broken"]
    }
    for name, what in broken.items():
        print(f"{name}: {what}")
    print(f"{sum(record is not None for record in done)} pieces, {len(broken)} with a broken bound")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
