def __stepwell_judge__(package):  # noqa: N807 - a name that no task uses
    """
    Load the judge's modules into this session, and grade. Standard input begins with a line: the length of their compiled
    code, and what is known of the image's files. Then follow the code, as base64 of a marshalled list, the work, and the
    nonce that marks the answer for the server.
    """
    import base64
    import gc
    import marshal
    import os
    import sys
    import types

    del sys.modules["__main__"].__stepwell_judge__

    def read(count):
        data = bytearray()
        while len(data) < count:
            part = os.read(0, count - len(data))
            if not part:
                raise EOFError("the input ends in the middle")
            data += part
        return bytes(data)

    line = b""
    while not line.endswith(b"\n"):
        line += read(1)
    length, image = line.decode().split()
    # Until the modules are loaded and frozen (`session.py`), a collection would only find what stays.
    gc.disable()
    modules = marshal.loads(base64.b64decode(read(int(length))))
    for name, code in modules:
        full = f"{package}.{name}" if name else package
        module = sys.modules[full] = types.ModuleType(full)
        module.__package__ = package
        if not name:
            module.__path__ = []
        exec(code, vars(module))
    # A solution may find none of them: dropped here, once, instead of in each solution process.
    for name, _ in modules:
        if name not in ("", "session"):
            del sys.modules[f"{package}.{name}"]
    sys.modules[package + ".session"].grade(image)


__stepwell_judge__("stepwell_judge")
