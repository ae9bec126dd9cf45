# How many files of each kind a layer takes, and the error that ends it.
import shutil

FOLDER = "/many"


def fill(make):
    os.mkdir(FOLDER)
    count = 0
    try:
        while count < 100_000:
            make(f"{FOLDER}/{count}")
            count += 1
        return [count, "none"]
    except OSError as error:
        return [count, errno.errorcode[error.errno]]
    finally:
        shutil.rmtree(FOLDER)


open("/one", "w").close()
report(
    {
        "files": fill(lambda path: open(path, "x").close()),
        "folders": fill(os.mkdir),
        "links": fill(lambda path: os.link("/one", path)),
        "symlinks": fill(lambda path: os.symlink("x" * 200, path)),
    }
)
