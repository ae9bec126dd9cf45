#!/bin/bash
mkdir -p photos/2023/may photos/2024 "photos/old copies"
echo harbour > photos/2023/may/a.txt
echo harbour > photos/2024/harbour.txt
echo harbour > "photos/old copies/harbour 2.txt"
echo meadow > photos/2024/meadow.txt
echo meadows > photos/2023/meadow.txt
echo bridge > photos/B.txt
echo bridge > photos/a.txt
: > photos/2024/empty
: > photos/2023/may/none
