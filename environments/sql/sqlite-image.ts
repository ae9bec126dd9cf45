/** Folder of SQLite's files in an image: `<database>.db`, or `<database>.sql` to build one from. */
export const SQLITE_FOLDER = '/srv/sql/sqlite';

/** Builds a database file from each `.sql` of the folder. */
export const SQLITE_SCRIPT = `set -eu
/usr/bin/python3 -I - <<'END'
import os, sqlite3
folder = "${SQLITE_FOLDER}"
for name in sorted(os.listdir(folder)):
    if name.endswith(".sql"):
        source = os.path.join(folder, name)
        connection = sqlite3.connect(source[:-4] + ".db")
        with open(source, encoding="utf-8") as text:
            connection.executescript(text.read())
        connection.execute("ANALYZE")
        connection.commit()
        connection.execute("VACUUM")
        connection.close()
        os.remove(source)
END
`;
