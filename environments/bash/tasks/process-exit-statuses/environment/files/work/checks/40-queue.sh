#!/bin/bash
set -o pipefail
printf "stuck\n" | grep -q moving
