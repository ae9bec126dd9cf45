#!/bin/bash
. /tests/notes.sh
reward lists
