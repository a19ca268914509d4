"""C16: without outside data only honest sampling can keep a law."""

import collapse_theory as ct

LAWS = ((3, 2), (5, 4), (5, 3, 2), (7, 1, 1, 1))


def margin(case: ct.Case) -> float:
    """1 % less the distance of the likeliest type in generation 60 from 1, or from its equal share where T > 1."""
    total, types = sum(case.counts), len(case.counts)
    source, heat = ct.Categorical([c / total for c in case.counts]), ct.Temperature(case.temperature)
    recursion = ct.Recursion(source, ct.Replace(), sample_size=1, sampling=heat)
    likeliest = float(recursion.probability_of(0).population(60))
    return 0.01 - abs(likeliest - (1 if case.temperature < 1 else 1 / types))


def proof() -> list[ct.Check]:
    """A round divides the log-odds of any two types by T: T = e^h makes them e^(-ht) times as large after t rounds."""
    import sympy

    p, q, heat, h, t = sympy.symbols("p q T h t", positive=True)
    after = sympy.expand_log(sympy.log(p ** (1 / heat) / q ** (1 / heat)), force=True)
    return [
        ct.Check(
            "log(p^(1/T)/q^(1/T)) = (log p - log q)/T",
            sympy.simplify(after - (sympy.log(p) - sympy.log(q)) / heat) == 0,
        ),
        ct.Check(
            "T > 1: the factor e^(-ht) tends to 0, all types become equally likely",
            sympy.limit(sympy.exp(-h * t), t, sympy.oo) == 0,
        ),
        ct.Check(
            "T < 1: the factor e^(ht) grows without bound, the likeliest takes all",
            sympy.limit(sympy.exp(h * t), t, sympy.oo) == sympy.oo,
        ),
    ]


claim = ct.Claim(
    "Any temperature but 1 degenerates without outside data",
    ct.Cases(temperature=(0.5, 2, 0.8, 1.25), counts=LAWS),
    margin,
    proof=proof,
    expected="PROVED",
    number="C16",
    said="Marchi et al., 2024",
    statistic="population",
    precisely=(
        "Categorical, infinite samples, replacement, points from the law to the power 1/T. Below T = 1 the likeliest "
        "type takes all, where it is one only; above, all become equally likely. The margin is 1 % less the distance "
        "of its probability from there in generation 60, which is the 59th round"
    ),
    because="log-odds are multiplied by 1/T in every round: T^-t after t, whatever they were",
)
