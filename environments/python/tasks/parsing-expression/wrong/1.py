def evaluate(text):
    try:
        return eval(text.replace('^', '**'), {'__builtins__': {}})
    except SyntaxError:
        raise ValueError(text)
