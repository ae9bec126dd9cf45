#!/bin/bash
cp /start/*.csv .
