"""Starts the runner."""

import gc

if __name__ == "__main__":
    # What is loaded stays; the runner decides when to look for garbage again.
    gc.disable()
    import runner

    runner.main()
