"""Court dockets: a file for each way in, and what these share.

feed     one docket by CourtListener's Atom feed, with its PDFs; no key needed
pacer    one court by its RSS: the fact of an entry within minutes, without its words
courts   where each court has its RSS
marks    what a cursor keeps of an entry, so that only what is new or changed goes on
"""
