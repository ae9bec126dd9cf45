start(0); // TODO tidy up
start(1); // TODO tidy up
start(2); // TODO tidy up
start(3); // TODO tidy up
