#!/bin/bash
. /tests/notes.sh
counts() { lists && [ "$(notes count)" = 2 ] && begin && [ "$(notes count)" = 0 ]; }
reward counts
