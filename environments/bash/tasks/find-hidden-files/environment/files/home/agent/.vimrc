# .vimrc
