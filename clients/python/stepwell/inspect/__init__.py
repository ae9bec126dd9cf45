"""
Stepwell's sandboxes for Inspect: `sandbox="stepwell"`, which Inspect finds by its entry point `stepwell.inspect.sandbox`.
`samples` and `scorer` make an evaluation of a dataset.
"""
