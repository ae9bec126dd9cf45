#!/bin/sh
echo "memory low" >&2
exit 3
