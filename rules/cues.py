"""The words by which a sentence says no, says maybe, or takes something back: English and Malay.

Kept apart from how they are read (`rules.polarity`): a speaker of a language changes this file and no other. Words are
in lower case, contractions are written out ("isn't" is "is not"), what stands in one string is a run of words, and a
word that ends in `*` stands for every word that begins so.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Cues:
    """The cues of one language, or of several joined by `|`."""

    negations: tuple[str, ...] = ()
    """Say no to what follows in the same clause."""
    not_negations: tuple[str, ...] = ()
    """Look like a negation and are none: "not only", "no doubt"."""
    merely: tuple[str, ...] = ()
    """"don't just get X": says yes to X, but no to X for nothing."""
    absences: tuple[str, ...] = ()
    """Take away what stands right after them: "without", "rather than"."""
    refusals: tuple[str, ...] = ()
    """Verbs that say no: "declined to", "denies"."""
    endings: tuple[str, ...] = ()
    """Verbs that take back what was: "eliminate", "waive"."""
    ended: tuple[str, ...] = ()
    """The same, said after the hit: "goes away", "is off the table"."""
    free: tuple[str, ...] = ()
    """Nothing is paid: "royalty free"."""
    doubts: tuple[str, ...] = ()
    """Neither yes nor no: "not necessarily", "don't know"."""
    shields: tuple[str, ...] = ()
    """Between a negation and the hit, take the negation upon themselves: "we don't disclose the X"."""
    rulings: tuple[str, ...] = ()
    """What a court refuses: "denying the motion about X" says nothing of X."""
    periods: tuple[str, ...] = ()
    """What ends by itself: "ended the quarter with X"."""
    sizes: tuple[str, ...] = ()
    """Their denial denies a size, not the thing: "isn't material"."""
    copulas: tuple[str, ...] = ()
    complements: tuple[str, ...] = ()
    """After a negated copula they say no to what stands before it: "X isn't our …, isn't something …"."""
    breaks: tuple[str, ...] = ()
    """Begin a clause wherever they stand."""
    joins: tuple[str, ...] = ()
    """Begin a clause before a subject or an auxiliary: "and we"."""
    subjects: tuple[str, ...] = ()
    """Begin a clause after a comma or a joining word."""
    auxiliaries: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()
    """Begin a clause about the hit, after it: "a fee that does not expire"."""
    conditions: tuple[str, ...] = ()
    """Begin a clause that asserts nothing: "if", "whether"."""
    plans: tuple[str, ...] = ()
    possibilities: tuple[str, ...] = ()

    def __or__(self, other: "Cues") -> "Cues":
        return Cues(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


ENGLISH = Cues(
    negations=("not", "never", "no", "none", "nobody", "nothing", "neither", "nor", "yet to"),
    not_negations=(
        "not only", "not until", "not least", "not to mention", "not surprisingly", "not unlike", "not unusual",
        "not uncommon", "not without", "not a secret", "not alone", "not the only", "not limited to", "if not",
        "or not", "why not", "why do not", "why would not", "no doubt", "no question", "no matter", "no later",
        "no less", "no fewer", "no more than", "no sooner", "no secret", "no surprise", "no wonder", "no problem",
        "no change", "no changes", "no impact", "no effect", "no exception", "no different", "no comment",
        "no details", "no update", "no reason not", "nothing but", "nothing new", "nothing less", "never mind",
        "can not wait", "can not help but", "can not overstate", "could not agree", "could not be more",
        "do not forget", "do not get me wrong", "do not hesitate", "do not worry",
    ),
    merely=("just", "merely", "simply", "solely", "only"),
    absences=(
        "without", "rather than", "instead of", "lack of", "lacks", "absence of", "free of", "free from", "far from",
        "in lieu of", "zero",
    ),
    refusals=(
        "refus*", "declin* to", "deny", "denies", "denied", "denying", "denial", "reject*", "disputes", "disputed",
        "disputing", "ruled out", "rule out", "rules out", "ruling out", "oppose", "opposes", "opposed", "avoid",
        "avoids", "avoided", "avoiding", "walked away from", "walk away from", "stay away from", "shy away from",
        "turned down", "fail to", "failed to", "fails to", "unwilling to", "opted out of", "opt out of",
        "decided against", "stopped short of",
    ),
    endings=(
        "eliminat*", "end", "ends", "ended", "ending", "stop", "stops", "stopped", "stopping", "ceas*",
        "discontinu*", "terminate", "terminates", "terminated", "terminating", "termination", "waive", "waives",
        "waived", "waiving", "scrap", "scraps", "scrapped", "scrapping", "drop the", "dropped the", "dropping the",
        "drop our", "dropped our", "dropping our", "abandon*", "abolish*", "cancel*", "phase out", "phased out",
        "phasing out", "wind down", "winding down", "wound down", "sunset*", "exit", "exited", "exiting", "remove",
        "removed", "removing", "removes", "do away with", "did away with", "doing away with", "get rid of",
        "got rid of", "getting rid of", "move away from", "moved away from", "moving away from",
    ),
    ended=(
        "goes away", "go away", "went away", "going away", "gone away", "has ended", "have ended", "was ended",
        "was terminated", "were terminated", "been terminated", "was eliminated", "were eliminated",
        "been eliminated", "be eliminated", "being eliminated", "was waived", "were waived", "been waived",
        "is waived", "are waived", "be waived", "was scrapped", "been scrapped", "was cancelled", "was canceled",
        "off the table", "out of the question", "is over", "is dead", "is gone", "is false", "is untrue",
        "is a myth", "are a myth", "makes no sense", "make no sense", "not exist", "not apply", "not make sense",
        "not work for", "not happen", "not interest", "never existed", "never agreed", "never signed",
    ),
    free=(
        "royalty free", "royaltyfree", "fee free", "license free", "licence free", "cost free", "free licens*",
        "free licence*", "free of charge", "free of royalties", "for free", "at no cost", "at no charge", "no charge",
        "without charge", "free access",
    ),
    doubts=(
        "not necessarily", "not sure", "not certain", "not clear", "not aware", "not say", "not saying", "not said",
        "not announce", "not announced", "not know", "not understand", "not decided", "unclear", "uncertain",
        "no idea", "hard to say", "too early to say",
    ),
    shields=(
        "disclos*", "discuss*", "comment*", "reveal*", "break out", "breaking out", "broken out", "broke out",
        "quantif*", "talk*", "elaborat*", "speculat*", "specify", "specified", "mention*", "detail*", "guide",
        "guided", "guiding", "guidance", "chang*", "modif*", "alter", "altered", "alters", "affect*", "impact*",
        "influenc*", "depend*", "rely", "relies", "relied", "reliant", "hinge", "hinges", "forget", "overlook*",
        "ignor*", "underestimat*", "hesitat*", "regret*", "worr*", "concern*", "afraid", "object", "objects",
        "objected", "prevent*", "preclud*", "prohibit*", "restrict*", "expir*", "includ*", "reflect*", "assum*",
        "factor in", "factored", "factoring", "count", "counts", "counted", "counting", "contain*", "exclud*",
        "surpris*",
    ),
    rulings=("motion*", "request*", "petition*", "leave", "application*", "objection*", "relief"),
    periods=("day", "week", "month", "quarter", "half", "year", "period", "call", "fiscal"),
    sizes=(
        "material", "materially", "significant", "significantly", "meaningful", "meaningfully", "large", "big",
        "huge", "major", "substantial", "sizable", "sizeable", "much", "enough", "biggest", "largest",
    ),
    copulas=("is", "are", "was", "were", "be", "been", "being"),
    complements=(
        "our", "my", "their", "its", "his", "her", "part", "something", "anything", "how", "what", "why", "where",
        "the business", "the model", "the plan", "the case", "the way", "the strategy", "the intention", "the goal",
        "a business", "a part", "an option", "an intention", "on the table", "on the cards", "in the cards",
        "in place", "in play", "true", "available", "required", "needed", "necessary", "possible", "allowed",
        "permitted", "planned", "happening", "there", "involved", "applicable",
    ),
    breaks=(
        "but", "although", "though", "whereas", "while", "because", "unless", "until", "however", "except",
        "nevertheless", "nonetheless", "therefore",
    ),
    joins=("and", "so", "yet", "as"),
    subjects=(
        "we", "they", "it", "he", "she", "i", "you", "there", "that", "this", "these", "those", "who", "which",
        "instead",
    ),
    auxiliaries=(
        "is", "are", "was", "were", "will", "would", "should", "can", "could", "may", "might", "must", "do", "does",
        "did", "has", "have", "had", "then", "therefore", "instead", "thus", "hence",
    ),
    relatives=("that", "which", "who", "whose", "whom", "we", "they", "he", "she", "i", "you"),
    conditions=("if", "whether", "suppose", "supposing", "assuming", "provided that", "in case", "wonder", "wondering"),
    plans=(
        "will", "shall", "should", "going to", "gonna", "plan", "plans", "planning", "planned", "intend*",
        "intention*", "expect*", "anticipat*", "aim", "aims", "aiming", "want", "wants", "wanted", "looking to",
        "look to", "look forward", "propos*", "set to", "about to", "likely", "would like", "would love",
    ),
    possibilities=(
        "may", "might", "could", "would", "possible", "possibly", "perhaps", "maybe", "potential", "potentially",
        "consider", "considers", "considered", "considering", "explor*", "evaluate", "evaluating", "open to",
        "opportunit*", "option to", "in talks", "in discussions", "negotiating", "hope", "hopes", "hoping",
        "hopeful", "possibilit*",
    ),
)  # fmt: skip

MALAY = Cues(
    negations=("bukan", "bukannya", "bukanlah", "tidak", "tidaklah", "tiada", "belum", "tak", "jangan"),
    not_negations=(
        "bukan sahaja", "bukan saja", "bukan hanya", "bukan sekadar", "bukan setakat", "tidak hanya", "tidak sahaja",
        "tidak syak", "tidak kurang", "tidak lebih", "tidak lewat", "tidak dinafikan", "tidak dapat dinafikan",
        "tidak mustahil", "tidak menghairankan", "sama ada tidak", "atau tidak",
    ),
    absences=("tanpa", "ketiadaan", "sifar"),
    refusals=("enggan", "menolak", "menafikan", "dinafikan", "nafi", "mengelak*", "menyangkal", "membantah", "gagal"),
    endings=(
        "menghentikan", "dihentikan", "menamatkan", "ditamatkan", "penamatan", "membatalkan", "dibatalkan",
        "pembatalan", "menghapuskan", "dihapuskan", "penghapusan", "mengetepikan", "melupuskan",
    ),
    ended=("telah tamat", "sudah tamat", "telah ditamatkan", "telah dibatalkan", "telah dihapuskan", "tidak wujud"),
    free=("percuma", "bebas royalti", "tanpa royalti", "tanpa bayaran", "tanpa caj"),
    doubts=(
        "tidak semestinya", "tidak pasti", "tidak jelas", "tidak tahu", "belum pasti", "tidak mengumumkan",
        "belum mengumumkan", "belum memutuskan",
    ),
    shields=(
        "mendedahkan", "mengulas", "menjelaskan", "memperincikan", "menyatakan", "menyebut", "membincangkan",
        "mengubah", "berubah", "menjejaskan", "termasuk", "merangkumi", "menghalang", "bergantung",
    ),
    rulings=("usul", "permohonan", "rayuan"),
    periods=("hari", "minggu", "bulan", "suku", "tahun"),
    sizes=("ketara", "besar", "material", "signifikan", "banyak"),
    complements=(
        "model", "sebahagian", "sesuatu", "strategi", "rancangan", "perniagaan", "pilihan", "cara", "dasar",
    ),
    breaks=(
        "tetapi", "tapi", "namun", "walaupun", "meskipun", "manakala", "sebaliknya", "kerana", "kecuali", "sehingga",
        "melainkan",
    ),
    joins=("dan", "serta"),
    subjects=("kami", "kita", "mereka", "ia", "dia", "beliau", "syarikat", "saya", "itu", "ini"),
    auxiliaries=("akan", "telah", "sudah", "sedang", "boleh", "turut", "juga"),
    relatives=("yang",),
    conditions=("jika", "kalau", "sekiranya", "andai", "andainya", "sama ada"),
    plans=(
        "akan", "bakal", "merancang", "rancangan", "berhasrat", "mahu", "ingin", "bercadang", "dijangka",
        "menjangkakan", "berniat",
    ),
    possibilities=(
        "mungkin", "barangkali", "berkemungkinan", "kemungkinan", "mempertimbangkan", "berpotensi", "berpeluang",
        "peluang", "meneroka", "berunding", "rundingan",
    ),
)  # fmt: skip
