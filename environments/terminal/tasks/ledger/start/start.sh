#!/bin/bash
cp /start/bank.txt .
