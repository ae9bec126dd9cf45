#!/bin/bash
python3 -I /start/tear.py
