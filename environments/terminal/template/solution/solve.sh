#!/bin/bash
for n in $(seq 20); do echo $((n * n)); done > /app/squares.txt
