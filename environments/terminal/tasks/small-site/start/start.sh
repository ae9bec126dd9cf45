#!/bin/bash
mkdir pages && cp /start/*.txt pages/
