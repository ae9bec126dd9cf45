greet() { echo "Hello, $1!"; }; export -f greet
