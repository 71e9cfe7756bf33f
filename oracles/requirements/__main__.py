"""python -m requirements: runs the checks on this interpreter and prints a JSON line for each."""

import argparse
import json
import os

from . import runner, suite
from .seeds import SEEDS

ELSEWHERE = "about Python 2; python2.py checks it under Python 2.7"


def answers(requirements, source, patience):
    """Yields {"number", "verdict", "detail"} for each, as they come."""
    for one in requirements:
        if not one.library:
            yield {"number": one.number, "verdict": "not-checkable", "detail": one.why}
        elif one.library == "python2":
            yield {"number": one.number, "verdict": "elsewhere", "detail": ELSEWHERE}
    for library in ("stdlib", "cloudpickle", "dill"):
        yield from runner.run(source, library,
                              [one.number for one in requirements if one.library == library], patience)


def main():
    parser = argparse.ArgumentParser(prog="python -m requirements", description=__doc__)
    parser.add_argument("--requirement", type=int, action="append", metavar="N", help="only this")
    parser.add_argument("--checks", default="", metavar="FILE",
                        help="the checks of this Python file instead")
    parser.add_argument("--patience", type=float, default=runner.PATIENCE, metavar="SECONDS",
                        help="how long one check may take")
    arguments = parser.parse_args()
    source = os.path.abspath(arguments.checks) if arguments.checks else ""
    wanted = {one.number: one for one in suite.load(source)
              if not arguments.requirement or one.number in arguments.requirement}
    for answer in answers(list(wanted.values()), source, arguments.patience):
        one = wanted[answer["number"]]
        seed, line, phrase = SEEDS[one.number] if not source else ("", 0, "")
        answer.update({"sentence": one.sentence, "source": one.source, "phrase": phrase,
                       "seed": "%s:%d" % (seed, line) if seed else "",
                       "contradicted": one.contradicted})
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
