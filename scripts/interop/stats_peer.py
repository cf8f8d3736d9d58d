"""Runs the Python side of stats.js: cases as JSON on standard input, their numbers as JSON on standard output, { error } where one fails."""

import json
import math
import sys

import numpy as np
from scipy import optimize, special, stats
from statsmodels.stats import contingency_tables, multitest, proportion, weightstats


def number(x):
    x = float(x)
    return x if math.isfinite(x) else None


def prepared(value):
    flat = isinstance(value, list) and not any(isinstance(item, list) for item in value)
    return np.array(value) if flat and value else value


answers = []
for case in json.load(sys.stdin):
    names = {key: prepared(value) for key, value in case["input"].items()}
    names.update(
        np=np, math=math, stats=stats, special=special, optimize=optimize, proportion=proportion,
        contingency_tables=contingency_tables, multitest=multitest, weightstats=weightstats,
    )
    try:
        exec(case["code"], names)
        answers.append([None if x is None else number(x) for x in names["out"]])
    except Exception as error:
        answers.append({"error": f"{type(error).__name__}: {error}"})
json.dump(answers, sys.stdout)
