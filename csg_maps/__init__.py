"""Mapping where young people come to harm outside the home, so that places are made safer."""
