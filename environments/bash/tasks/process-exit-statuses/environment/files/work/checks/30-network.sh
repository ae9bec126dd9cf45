#!/bin/bash
false | true
