"""`/watch`: a file a verb.

grammar    what was typed, read
registry   which module answers which verb
desk       what a verb may touch, and the handler of commands
targets    what is meant by a name, an address or a docket number
standing   which watches there are, as far as the asker may know of them
wording    how replies say things
"""
