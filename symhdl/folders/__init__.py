"""Folders of designs: the files of a design are read and replaced together, whatever ends the program on the way."""
