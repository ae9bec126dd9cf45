import re

def evaluate(text):
    tokens = re.findall('[0-9]+|[-+*^()]', text)

    def level(operators, inner):
        value = inner()
        while tokens and tokens[0] in operators:
            operator = tokens.pop(0)
            right = inner()
            value = {'+': value + right, '-': value - right, '*': value * right}[operator]
        return value

    def power():
        value = operand()
        while tokens and tokens[0] == '^':
            tokens.pop(0)
            value **= operand()
        return value

    def operand():
        if not tokens:
            raise ValueError('incomplete')
        token = tokens.pop(0)
        if token == '-':
            return -operand()
        if token == '(':
            value = level('+-', lambda: level('*', power))
            if not tokens or tokens.pop(0) != ')':
                raise ValueError('bracket')
            return value
        return int(token)

    return level('+-', lambda: level('*', power))
