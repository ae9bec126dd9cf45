#!/bin/bash
. /tests/notes.sh
drops() {
  lists && notes drop 1 && [ "$(notes list)" = '1: call Bo' ] && [ "$(notes count)" = 1 ] || return 1
  said=$(notes drop 7)
  [ $? = 1 ] && [ "$said" = 'no note 7' ]
}
reward drops
