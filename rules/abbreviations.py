"""Words with a full stop that ends no sentence, and words that begin one. English and Malay, in lower case."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


ALWAYS_GO_ON = _listed("""
    mr mrs ms dr prof hon rev fr st mt gen col lt sgt capt gov sen rep pres messrs mx
    vs v cf viz e.g i.e eg ie approx est ca esp incl supra infra
    tn pn en hj hjh dato datuk sdn yb yab cth spt rs
""")
"""What such a word names stands after it."""

BEFORE_NUMBERS = _listed("""
    no nos fig figs sec secs art arts ch vol vols p pp para paras ex exh exs ext app dkt doc docs eq pt pts tbl cl ln n
    jan feb mar apr jun jul aug sep sept oct nov dec bil hlm
""")
"""A number or a single letter stands after it; without one it may end a sentence ("No. We do not.")."""

MAY_END = _listed("""
    inc corp co cos ltd llc llp lp plc bhd jr sr esq phd ph.d m.d b.a m.a j.d etc al a.m p.m pm u.s u.k u.n e.u
    u.s.a d.c l.p l.l.c s.a n.v b.v a.g div dept assn bros mfg intl int'l univ natl nat'l cir cal tex fla
    ariz colo conn mich minn mo la tenn wis supp stat reg fed ct dist sch civ crim ann def defs pl pls resp app'x op
    cong sess amend v.p ave blvd rd bldg dll dsb dst tbk
""")
"""It ends a sentence only before a word that sentences begin with: "Acme Inc. We …", but "Apple Inc. CEO …"."""

BEGINNERS = _listed("""
    a after all also although an and any are as at based because before both but by can could despite did do does
    during each even every finally first following for from further furthermore given good great had has have he hello
    her here hi his how however i i'd i'll i'm i've if in indeed instead is it it's its last lastly let let's like
    look many maybe more moreover most my next not nothing now of okay ok on once one or our over overall perhaps
    please second she should similarly since so some sorry still such thank thanks that that's the their then there
    there's therefore these they they're third this those though thus to today together two uh um under unlike until
    was we we'd we'll we're we've well were what what's when where whether which while who why will with without would
    yeah yes yet you you're your ada akan anda antara apa apabila bagaimana bagi beliau berdasarkan boleh dalam dan
    dari daripada dengan dia di ia ini itu jadi jika kami kata katanya kepada kerana ketika kini kita maka malah
    manakala mereka menurut namun oleh pada para perkara saya sebagai sebelum sebuah sejak selain selepas semasa semua
    seorang sementara serta setelah sudah syarikat tahun telah terima tetapi tidak untuk walaupun yang
""")
