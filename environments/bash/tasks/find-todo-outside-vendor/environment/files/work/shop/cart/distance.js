// TODO miles
// TODO metres
