def __stepwell_judge__():  # noqa: N807 - a name that no task uses
    """
    Grade in a session that has the judge's modules (`loader.py`), or report that it has not. It has no more code than
    that: each grade compiles it.
    """
    import os
    import sys

    del sys.modules["__main__"].__stepwell_judge__
    session = sys.modules.get("stepwell_judge.session")
    if session is not None:
        session.again()
    else:
        nonce = os.pread(0, 32, os.fstat(0).st_size - 32)
        os.write(1, b'\n%s 18\n{"unloaded": true}' % nonce)


__stepwell_judge__()
