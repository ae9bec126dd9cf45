import configparser

def parse(text):
    reader = configparser.ConfigParser(interpolation=None)
    try:
        reader.read_string(text)
    except configparser.Error as error:
        raise ValueError(error)
    out = {}
    for title in reader.sections():
        name, _, parent = (part.strip() for part in title.partition(':'))
        out[name] = {**out.get(parent, {}), **reader[title]}
    return out
