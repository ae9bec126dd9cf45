def expand(pattern):
    def sequence(position, inside):
        texts = ['']
        while position < len(pattern) and not (inside and pattern[position] in ',}'):
            if pattern[position] == '{':
                choices, position = brackets(position + 1)
            else:
                choices, position = [pattern[position]], position + 1
            texts = [text + choice for text in texts for choice in choices]
        return texts, position

    def brackets(position):
        alternatives = []
        while True:
            texts, position = sequence(position, True)
            alternatives.append(texts)
            position += 1
            if pattern[position - 1] == '}':
                break
        if len(alternatives) == 1:
            return ['{' + text + '}' for text in alternatives[0]], position
        return [text for texts in alternatives for text in texts], position

    return sequence(0, False)[0]
