# sourced by the others
log() { echo "$1"; }
