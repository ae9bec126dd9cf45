#!/bin/bash
cp /start/requests.log .
