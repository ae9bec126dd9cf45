def deep_merge(base, extra):
    return {key: value for key, value in {**base, **extra}.items() if value is not None}
