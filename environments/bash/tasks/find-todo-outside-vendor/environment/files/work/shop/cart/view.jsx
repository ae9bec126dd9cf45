// TODO not a .js file
