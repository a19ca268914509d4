"""The tableau: what follows from the steps of any regime, for the simulation and in exact moments.

- ``step``: one generation as data; ``scheme``: the steps of all generations; ``sampled``: those under a sampling that
  changes the variance of a point; ``thinning``: numbers of points that are random.
- ``moments``: the exact linear map of the second moments; ``stepping``: generation by generation, by a compiled
  ``scan``, and late ones by squaring; ``linear_map``: its numbers where it settles; ``feedback``: the loop it closes.
"""
