import re

def evaluate(text):
    tokens = re.findall('[0-9]+|[^ ]', text) + ['']
    position = 0

    def take(*wanted):
        nonlocal position
        if tokens[position] not in wanted:
            return None
        position += 1
        return tokens[position - 1]

    def total():
        value = product()
        while operator := take('+', '-'):
            value = value + product() if operator == '+' else value - product()
        return value

    def product():
        value = signed()
        while take('*'):
            value *= signed()
        return value

    def signed():
        return -signed() if take('-') else power()

    def power():
        base = operand()
        if not take('^'):
            return base
        exponent = signed()
        if exponent < 0:
            raise ValueError('negative exponent')
        return base ** exponent

    def operand():
        nonlocal position
        if take('('):
            value = total()
            if not take(')'):
                raise ValueError('a bracket is not closed')
            return value
        token = tokens[position]
        if not re.fullmatch('[0-9]+', token):
            raise ValueError(f'unexpected {token!r}')
        position += 1
        return int(token)

    value = total()
    if position != len(tokens) - 1:
        raise ValueError(f'unexpected {tokens[position]!r}')
    return value
