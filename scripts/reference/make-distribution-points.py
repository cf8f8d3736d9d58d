"""Writes test/fixtures/distribution-points.json: values of the distribution functions in 40-digit arithmetic.

Needs Python 3.9 and mpmath (pip install mpmath==1.4.1); takes about ten minutes. The methods have little in common with those of
src/stats: tails are integrals over the whole side by adaptive quadrature, hypergeometric sums are sums of whole numbers.
Every argument is the double that the JSON text names. Rows end in the values, printed to 18 digits; null is a value that no
double holds, or that this script has too few digits for.

    python3 scripts/reference/make-distribution-points.py            # everything
    python3 scripts/reference/make-distribution-points.py gamma f    # these groups again, the others as they are
"""

import json
import math
import re
import sys
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 40
OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "distribution-points.json"


def side(log_density, start, direction):
    """The integral of exp(log_density) from `start` outward, over its value there; log_density falls and is concave."""
    top = log_density(start)
    fall = lambda u: top - log_density(start + direction * u)
    unit = mpf(1)
    while fall(unit) < 1:
        unit *= 2
    while fall(unit) > 2:
        unit /= 2
    total, left, width = mpf(0), mpf(0), unit
    while True:
        right = left + width
        part = mp.quad(lambda u: mp.exp(-fall(u)), [left, right], method="gauss-legendre", maxdegree=8)
        total += part
        if part < total * mpf(10) ** -38:
            return total
        left, width = right, width * (mpf(3) / 2)


def gamma_point(x, a):
    """pdf, cdf, sf of the gamma distribution, by the integral over log x."""
    x, a = mpf(x), mpf(a)
    log_density = lambda v: a * v - mp.exp(v)
    v = mp.log(x)
    density = mp.exp(log_density(v) - mp.loggamma(a))
    tail = density * side(log_density, v, -1 if x <= a else 1)
    lower, upper = (tail, 1 - tail) if x <= a else (1 - tail, tail)
    return density / x, lower, upper


def beta_point(odds, a, b):
    """Density by the log of the odds, cdf and sf of the beta distribution, given the odds x / (1 - x)."""
    odds, a, b = mpf(odds), mpf(a), mpf(b)
    log_density = lambda v: a * v - (a + b) * mp.log1p(mp.exp(v))
    v = mp.log(odds)
    density = mp.exp(log_density(v) - mp.loggamma(a) - mp.loggamma(b) + mp.loggamma(a + b))
    left = odds * b <= a
    tail = density * side(log_density, v, -1 if left else 1)
    return density, *((tail, 1 - tail) if left else (1 - tail, tail))


def student_t_point(t, df):
    t, df = mpf(t), mpf(df)
    density, _, upper = beta_point(t * t / df, mpf(1) / 2, df / 2)
    small, large = upper / 2, 1 - upper / 2
    return density / abs(t), *((small, large) if t < 0 else (large, small))


def f_point(f, df1, df2):
    f, df1, df2 = mpf(f), mpf(df1), mpf(df2)
    density, lower, upper = beta_point(df1 * f / df2, df1 / 2, df2 / 2)
    return density / f, lower, upper


def beta_cdf_point(x, a, b):
    x = mpf(x)
    density, lower, upper = beta_point(x / (1 - x), a, b)
    return density / x / (1 - x), lower, upper


def binomial_point(k, n, p):
    exact = mpf(p)
    pmf = mp.exp(
        mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1) + k * mp.log(exact) + (n - k) * mp.log1p(-exact)
    )
    if k == n:
        return pmf, mpf(1), mpf(0)
    _, above, at_most = beta_point(exact / (1 - exact), k + 1, n - k)
    return pmf, at_most, above


def hypergeometric_point(k, population, successes, draws):
    least, most = max(0, draws + successes - population), min(draws, successes)
    ways = math.comb(successes, least) * math.comb(population - successes, draws - least)
    weights = {}
    for i in range(least, most + 1):
        weights[i] = ways
        ways = ways * (successes - i) * (draws - i) // ((i + 1) * (population - successes - draws + i + 1))
    total = sum(weights.values())
    assert total == math.comb(population, draws)
    shares = [weights.get(k, 0), sum(w for i, w in weights.items() if i <= k), sum(w for i, w in weights.items() if i > k)]
    return [mpf(share) / mpf(total) for share in shares]


def noncentral_t_point(t, df, ncp):
    """pdf, cdf, sf by the integral over the log of the scale s, with P(T > t | s) = P(Z > ts - ncp)."""
    t, df, ncp = mpf(t), mpf(df), mpf(ncp)

    def integral(df, log_factor):
        constant = mp.log(2) + df / 2 * mp.log(df / 2) - mp.loggamma(df / 2)
        log_density = lambda w: constant + df * w - df / 2 * mp.exp(2 * w) + log_factor(mp.exp(w))
        w = peak(log_density)
        return mp.exp(log_density(w)) * (side(log_density, w, -1) + side(log_density, w, 1))

    def above(t, df):
        """Integrated for t >= 0, where the logs are concave; the rest are complements, for which there are digits enough."""
        if t < 0:
            return 1 - integral(df, lambda s: mp.log(mp.ncdf(t * s - ncp)))
        return integral(df, lambda s: mp.log(mp.ncdf(ncp - t * s)))

    upper = above(t, df)
    if t * ncp <= 0:
        pdf = integral(df, lambda s: mp.log(s) - (t * s - ncp) ** 2 / 2) / mp.sqrt(2 * mp.pi)
    else:
        # Not concave here: by the recurrence over df, where the difference has digits enough.
        change = upper - above(t * mp.sqrt(1 + 2 / df), df + 2)
        pdf = df / t * change if abs(change) > mpf(10) ** -20 * upper else None
    return pdf, 1 - upper, upper


def peak(log_density):
    """Where a concave function of one hump is greatest, nearly."""
    low, high = mpf(-60), mpf(8)
    ratio = (mp.sqrt(5) - 1) / 2
    while high - low > mpf(10) ** -9:
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if log_density(a) > log_density(b) else (a, high)
    return (low + high) / 2


def solve(point, shape, q, start, upper):
    """The x > 0 whose tail is q: Newton's method on the log of the tail, by log x (for fractions by log odds)."""
    target = mp.log(mpf(q))
    fractions = point is beta_cdf_point
    u = mp.log(start / (1 - start)) if fractions else mp.log(start)
    for _ in range(300):
        odds = mp.exp(u)
        x = odds / (1 + odds) if fractions else odds
        density, lower_tail, upper_tail = point(x, *shape)
        tail = upper_tail if upper else lower_tail
        miss = mp.log(tail) - target
        step = miss * tail / (density * x * ((1 - x) if fractions else 1))
        step = min(max(step, -8), 8)
        u = u + step if upper else u - step
        if abs(step) < mpf(10) ** -24 and abs(miss) < mpf(10) ** -20:
            return x
    raise ArithmeticError(f"no root for {q}")


def text(value):
    if value is None or value != 0 and abs(value) < mpf(10) ** -307:
        return None
    return mp.nstr(value, 18, min_fixed=-5, max_fixed=5)


def family(point, shapes, lower_tails, upper_tails, start, limit=mpf(10) ** 300):
    """Rows of tails at doubles near the quantiles, and rows of the quantiles themselves."""
    tails, lower_quantiles, upper_quantiles = [], [], []
    for shape in shapes:
        for upper, levels, quantiles in (False, lower_tails, lower_quantiles), (True, upper_tails, upper_quantiles):
            guess = mpf(start(*shape))
            for q in levels:
                try:
                    guess = solve(point, shape, q, guess, upper)
                except ArithmeticError as error:
                    print("skipped", point.__name__, shape, q, error)
                    continue
                x = float(mp.nstr(guess, 10))
                if not 1 / limit < guess < limit or x in (0.0, 1.0) and point is beta_cdf_point:
                    break
                quantiles.append([q, *shape, text(guess)])
                tails.append([x, *shape, *map(text, point(x, *shape))])
        print(point.__name__, shape, len(tails))
    return tails, lower_quantiles, upper_quantiles


DEEP = [0.3, 0.01, 1e-5, 1e-20, 1e-100, 1e-300]
FEW = [0.3, 1e-3, 1e-20, 1e-300]


def normal():
    return {
        "normal_pdf": [[z, text(mp.npdf(mpf(z)))] for z in [-5.3, 0, 0.1, 1, 7.77, 25.4, 37]],
        "normal_log_sf": [
            [z, text(mp.log(mp.ncdf(-mpf(z))))]
            for z in [-40, -3, -0.5, 0, 0.3, 0.7, 1, 5, 10, 37.5, 40, 100, 12345.678, 1e10]
        ],
    }


def student_t():
    frees = [0.1, 0.5, 1, 2.5, 5, 30, 300, 1e4, 1e6, 1e10]
    levels = [0.499, 0.3, 0.05, 1e-3, 1e-10, 1e-50, 1e-150, 1e-300]
    tails, _, upper = family(student_t_point, [(df,) for df in frees], [], levels, lambda df: 1)
    logs = [(1e300, 0.1), (1e308, 2), (1e200, 30), (1000, 1e6), (60, 1e10), (100, 300), (2, 5), (-2, 5)]
    return {
        "student_t_pdf_cdf_sf": tails,
        "student_t_quantile_upper": upper,
        "student_t_log_sf": [[t, df, text(mp.log(student_t_point(t, df)[2]))] for t, df in logs],
    }


def gamma():
    shapes = [0.01, 0.1, 0.5, 1, 2.5, 10, 29.5, 100, 1000, 4999, 1e4, 5e5, 5e9]
    tails, lower, upper = family(gamma_point, [(a,) for a in shapes], [0.5, *DEEP], DEEP, lambda a: a)
    logs = [(1e5, 0.5), (1e5, 3), (800, 0.1), (1e8, 5e5), (1e-200, 5), (10, 5e5), (0.5, 1e4), (3, 2)]
    return {
        "gamma_pdf_cdf_sf": tails,
        "gamma_quantile": lower,
        "gamma_quantile_upper": upper,
        "gamma_log_cdf_sf": [[x, a, *map(text, map(mp.log, gamma_point(x, a)[1:]))] for x, a in logs],
    }


def f():
    pairs = [(0.1, 0.1), (0.1, 1e10), (1e10, 0.1), (1, 1), (2, 1e10), (3, 12.5), (60, 59), (100, 1e4), (1e6, 1e6), (1e10, 1e10)]
    tails, lower, upper = family(f_point, pairs, FEW, FEW, lambda df1, df2: 1)
    logs = [(1e300, 3, 5), (1e-300, 3, 5), (50, 40, 1e6), (0.01, 1000, 1000), (1e5, 2, 1e4), (2, 3, 5)]
    return {
        "f_pdf_cdf_sf": tails,
        "f_quantile": lower,
        "f_quantile_upper": upper,
        "f_log_cdf_sf": [[x, a, b, *map(text, map(mp.log, f_point(x, a, b)[1:]))] for x, a, b in logs],
    }


def beta():
    pairs = [(0.001, 3), (0.1, 0.1), (0.1, 5e5), (0.5, 0.5), (29, 500), (700, 700), (19999, 5e4), (20001, 5e4), (5e5, 5e5)]
    pairs += [(1000, 5e5), (5e5, 30.5)]
    tails, lower, upper = family(beta_cdf_point, pairs, FEW, FEW, lambda a, b: mpf(a) / (mpf(a) + mpf(b)))
    # With a shape this near to 0 the quantiles are out of reach.
    tails += [[x, 1e-8, b, *map(text, beta_cdf_point(x, 1e-8, b))] for b in (0.3, 2, 1e4) for x in (1e-300, 1e-5, 0.5, 0.99)]
    logs = [(1e-200, 5, 3), (0.9, 2, 5e3), (0.1, 5e5, 5e5), (0.999, 0.5, 2000), (0.4, 2, 3)]
    return {
        "beta_pdf_cdf_sf": tails,
        "beta_quantile": lower,
        "beta_quantile_upper": upper,
        "beta_log_cdf_sf": [[x, a, b, *map(text, map(mp.log, beta_cdf_point(x, a, b)[1:]))] for x, a, b in logs],
    }


def binomial():
    cases = [
        (1, 0.3, [0, 1]),
        (10, 0.5, [0, 3, 5, 9]),
        (50, 0.98, [20, 45, 49]),
        (1000, 0.001, [0, 1, 5, 100]),
        (1000, 0.7, [0, 400, 690, 710, 900, 999]),
        (100000, 0.25, [20000, 24990, 25010, 30000]),
        (10**7, 1e-6, [0, 8, 12, 150]),
        (10**9, 0.5, [499_500_000, 499_999_000, 500_000_000, 500_500_000]),
        (10**12, 0.999, [998_999_000_000, 999_000_000_000, 999_001_000_000]),
        (2**53 - 1, 1e-300, [0, 1]),
    ]
    return {"binomial_pmf_cdf_sf": [[k, n, p, *map(text, binomial_point(k, n, p))] for n, p, ks in cases for k in ks]}


def hypergeometric():
    cases = [
        (10, 4, 3, [0, 1, 2, 3]),
        (20, 15, 12, [7, 8, 9, 11]),
        (100, 30, 40, [0, 5, 12, 20, 29]),
        (2000, 1000, 1000, [100, 400, 490, 500, 510, 700]),
        (50000, 700, 2000, [0, 10, 28, 60, 300]),
        (100000, 5000, 40000, [1500, 1950, 2000, 2100, 3000]),
    ]
    rows = [[k, *case, *map(text, hypergeometric_point(k, *case))] for *case, ks in cases for k in ks]
    return {"hypergeometric_pmf_cdf_sf": rows}


def noncentral_t():
    rows = []
    with mp.workdps(60):
        for df in [0.5, 1, 3, 10.5, 30, 200, 1e4, 1e8]:
            for t, ncp in [(0, 1.5), (1, 0), (2.2, 2.8), (-1, 2.8), (5, -2), (30, 10), (2, 37), (-2, -0.3), (12, 0.5), (1.96, 6)]:
                pdf, lower, upper = noncentral_t_point(t, df, ncp)
                # The complement of the two has lost what the other had.
                if t >= 0 and lower < mpf(10) ** -40:
                    lower = None
                if t < 0 and upper < mpf(10) ** -40:
                    upper = None
                rows.append([t, df, ncp, *map(text, (pdf, lower, upper))])
            print("noncentral t", df)
    return {"noncentral_t_pdf_cdf_sf": rows}


def special():
    gammas = [1e-300, 1e-10, 0.1, 0.5, 0.99, 0.9999999, 1.0000001, 1.3, 1.49, 1.999, 2.00001, 2.6, 3, 9.99, 10, 33.3, 1e4, 1e10, 1e100]
    betas = [(1e-10, 1), (0.1, 0.2), (0.5, 0.5), (3, 4.5), (20, 1e5), (5e5, 0.3), (1e-5, 1e8), (700, 900)]
    small = [-0.99, -0.66, -0.64, -0.5, -0.41, -0.39, -0.051, -0.049, -1e-3, -1e-10, 1e-10, 1e-3, 0.1, 0.39, 0.41, 0.49, 0.51, 3, 50]
    return {
        "log_gamma": [[x, text(mp.loggamma(mpf(x)))] for x in gammas],
        "log_beta": [[a, b, text(mp.log(mp.beta(mpf(a), mpf(b))))] for a, b in betas],
        "log_remainder": [[x, text(mp.log1p(mpf(x)) - mpf(x))] for x in small],
        "exp_remainder": [[x, text(mp.expm1(mpf(x)) - mpf(x))] for x in small],
    }


GROUPS = [normal, student_t, gamma, f, beta, binomial, hypergeometric, noncentral_t, special]


def item(value):
    """JSON as the formatter of this repository leaves it."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else re.sub(r"e([+-])0", r"e\1", repr(value))
    return json.dumps(value)


def main():
    wanted = sys.argv[1:]
    source = "scripts/reference/make-distribution-points.py (mpmath, 40 digits). Rows are [arguments…, values…]."
    tables = json.loads(OUT.read_text(encoding="utf8")) if wanted else {}
    for group in GROUPS:
        if not wanted or group.__name__ in wanted:
            tables.update(group())
    tables.pop("source", None)
    parts = [f'  "source": {json.dumps(source, ensure_ascii=False)}']
    for name, rows in sorted(tables.items()):
        lines = ",\n".join(f"    [{', '.join(map(item, row))}]" for row in rows)
        parts.append(f'  "{name}": [\n{lines}\n  ]')
    OUT.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf8")


if __name__ == "__main__":
    main()
