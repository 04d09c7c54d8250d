"""What the commands of LaTeX mean to the reader: data."""

from __future__ import annotations

from symhdl.functions.operation import FUNCTION_NAMES


def words(text: str) -> list[str]:
    """What stands between blanks."""
    return text.split()


SPACES = frozenset(
    words(", : ; > quad qquad enspace enskip thinspace medspace thickspace space hfill")
)
"""Spaces that a reader sees; between an argument without brackets and what follows they matter."""

IGNORED = frozenset(
    words(r"""
    ! / - @ negthinspace negmedspace negthickspace displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits
    nonumber notag noindent centering left. right. mathstrut strut allowbreak nobreak boxed ensuremath null
    big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm middle mathopen mathclose mathord
    mathbin mathrel protect relax cr
    """)
)
"""Commands that change how a formula looks but not what it says."""

WITH_IGNORED_ARGUMENT = frozenset(
    words("label tag tag* hspace hspace* vspace phantom hphantom vphantom")
)

SYMBOLS: dict[str, tuple[str, str]] = {
    "cdot": ("TIMES", "*"), "times": ("TIMES", "*"), "ast": ("TIMES", "*"), "div": ("SLASH", "/"),
    "slash": ("SLASH", "/"), "bmod": ("MOD", "mod"), "mod": ("MOD", "mod"),
    "lt": ("RELATION", "<"), "le": ("RELATION", "<="), "leq": ("RELATION", "<="),
    "leqslant": ("RELATION", "<="), "leqq": ("RELATION", "<="),
    "gt": ("RELATION", ">"), "ge": ("RELATION", ">="), "geq": ("RELATION", ">="),
    "geqslant": ("RELATION", ">="), "geqq": ("RELATION", ">="),
    "ne": ("RELATION", "!="), "neq": ("RELATION", "!="),
    "coloneqq": ("EQUALS", "="), "coloneq": ("EQUALS", "="), "triangleq": ("EQUALS", "="),
    "land": ("AND", "and"), "wedge": ("AND", "and"), "lor": ("OR", "or"), "vee": ("OR", "or"),
    "lnot": ("NOT", "not"), "neg": ("NOT", "not"),
    "sum": ("BIG", "sum"), "prod": ("BIG", "product"),
    "vert": ("BAR", "|"), "mid": ("BAR", "|"),
}  # fmt: skip

CHARACTERS: dict[str, tuple[str, str]] = {
    "+": ("SIGN", "+"), "-": ("SIGN", "-"), "−": ("SIGN", "-"), "–": ("SIGN", "-"),
    "*": ("TIMES", "*"), "×": ("TIMES", "*"), "·": ("TIMES", "*"), "⋅": ("TIMES", "*"),
    "/": ("SLASH", "/"), "÷": ("SLASH", "/"), "=": ("EQUALS", "="), ":=": ("EQUALS", "="),
    "==": ("RELATION", "=="), "<": ("RELATION", "<"), ">": ("RELATION", ">"),
    "<=": ("RELATION", "<="), ">=": ("RELATION", ">="), "≤": ("RELATION", "<="),
    "≥": ("RELATION", ">="), "≠": ("RELATION", "!="), "!=": ("RELATION", "!="),
    "∧": ("AND", "and"), "∨": ("OR", "or"), "¬": ("NOT", "not"),
    ",": ("COMMA", ","), ";": ("SEMICOLON", ";"), ".": ("PERIOD", "."), "!": ("BANG", "!"), "|": ("BAR", "|"),
    "∑": ("BIG", "sum"), "∏": ("BIG", "product"),
}  # fmt: skip

OPENING: dict[str, str] = {
    "(": "(", "[": "[", "\\{": "{", "\\lbrace": "{", "\\lbrack": "[", "\\lparen": "(",
    "\\lvert": "|", "\\lfloor": "⌊", "\\lceil": "⌈", "⌊": "⌊", "⌈": "⌈", "\\lgroup": "(",
}  # fmt: skip
CLOSING: dict[str, str] = {
    ")": "(", "]": "[", "\\}": "{", "\\rbrace": "{", "\\rbrack": "[", "\\rparen": "(",
    "\\rvert": "|", "\\rfloor": "⌊", "\\rceil": "⌈", "⌋": "⌊", "⌉": "⌈", "\\rgroup": "(",
}  # fmt: skip
r"""Brackets and the kind they are of; `[` and `\{` mean what `(` means."""

_GREEK = words("""
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi omicron pi
    varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Alpha Beta Gamma Delta Epsilon Zeta Eta Theta
    Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega digamma
""")
LETTERS: dict[str, str] = {
    **{name: name for name in _GREEK},
    **{f"var{name}": name for name in ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi")},
    "hbar": "hbar", "hslash": "hbar", "ell": "ell", "imath": "i", "jmath": "j", "aleph": "aleph", "Re": "Re",
    "AA": "Å", "o": "ø", "O": "Ø", "ae": "æ", "eth": "eth", "wp": "wp",
}  # fmt: skip
"""Commands that are letters, and the name that they stand for."""

UNICODE_LETTERS: dict[str, str] = {
    **dict(zip("αβγδεζηθικλμνξοπρστυφχψω", (
        "alpha", "beta", "gamma", "delta", "varepsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu",
        "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "varphi", "chi", "psi", "omega",
    ), strict=True)),
    **dict(zip("ΓΔΘΛΞΠΣΦΨΩ", (
        "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega",
    ), strict=True)),
    "ϵ": "epsilon", "ϕ": "phi", "ϑ": "vartheta", "ϱ": "varrho", "ς": "varsigma", "ϖ": "varpi", "µ": "mu",
    "ℏ": "hbar", "ℓ": "ell",
}  # fmt: skip

FUNCTIONS: dict[str, str] = {
    **{name: name for name in words("sin cos tan sec csc cot sinh cosh tanh sech csch coth exp ln log min max")},
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsec": "asec", "arccsc": "acsc",
    "asin": "asin", "acos": "acos", "atan": "atan", "arctg": "atan", "tg": "tan", "ctg": "cot", "cosec": "csc",
    "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "asinh": "asinh", "acosh": "acosh", "atanh": "atanh", "sh": "sinh", "ch": "cosh",
    "th": "tanh", "cth": "coth", "lg": "log10", "lb": "log2", "abs": "abs", "sgn": "sign", "sign": "sign",
    "erf": "erf", "erfc": "erfc", "sinc": "sinc", "argmax": "argmax", "floor": "floor", "ceil": "ceil",
    "relu": "relu", "gelu": "gelu", "softplus": "softplus", "sigmoid": "sigmoid",
}  # fmt: skip
r"""Functions as commands, in `\operatorname{...}` or as upright words, and their names in the table."""

INVERSES: dict[str, str] = {
    name: f"a{name}" for name in words("sin cos tan sec csc sinh cosh tanh sech csch coth")
}
r"""What `\sin^{-1}` and the like mean."""

TABLE_WORDS = frozenset(
    name for name, operation in FUNCTION_NAMES.items() if operation.arity != 0 and len(name) > 1
)

FRACTIONS = frozenset(words("frac dfrac tfrac cfrac nicefrac sfrac"))
BINOMIALS = frozenset(words("binom dbinom tbinom"))

PLAIN_FONTS = frozenset(
    words(
        "mathrm mathit mathsf mathtt mathnormal text textrm textit textsf texttt textnormal mbox hbox operatorname "
        "operatorname* rm mathup mathop textup"
    )
)
"""Fonts in which a word is one name or the name of a function."""

MARKS: dict[str, str] = {
    "hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
    "vec": "vec", "dot": "dot", "ddot": "ddot", "check": "check", "breve": "breve", "acute": "acute",
    "grave": "grave", "mathring": "circle", "underline": "underline", "overrightarrow": "vec",
    "mathbf": "bold", "boldsymbol": "bold", "bm": "bold", "textbf": "bold", "mathcal": "cal", "mathscr": "scr",
    "mathfrak": "frak", "mathbb": "bb", "pmb": "bold",
}  # fmt: skip
r"""What is added to a name under such a command: `\hat{x}` is the name `xhat`, as SymPy has it."""

FORMULAS = frozenset(
    words(
        "equation align gather multline eqnarray displaymath math flalign alignat dmath darray subequations"
    )
)
"""Environments that set a formula off from the text around it."""
INNER = frozenset(words("aligned split gathered alignedat"))
CASES = frozenset(words("cases dcases rcases"))

CONDITION_WORDS = {
    "if": "CONDITION", "for": "CONDITION", "when": "CONDITION", "where": "CONDITION", "otherwise": "OTHERWISE",
    "else": "OTHERWISE", "and": "AND", "or": "OR", "not": "NOT",
    "default": "OTHERWISE", "elsewhere": "OTHERWISE", "as": "CONDITION",
}  # fmt: skip
JOINING_WORDS = frozenset(["where", "and", "with", "where:", "with:", "for"])
"""Words between formulas."""

_INTEGRAL = "integrals are not computed", "write the integral out as a formula"
_DERIVATIVE = "derivatives are not computed", "write the derivative out as a formula"
_LIMIT = "limits are not computed", "write the value of the limit"
_SEVERAL = "this stands for two values", "write two formulas, one for each sign"
_DOTS = "what the dots stand for is not known", "write every term, or a sum such as \\sum_{i=1}^{3}"
_NORM = "norms are not read", "write \\left| x \\right| for the absolute value of a number"
_VECTOR = "vectors and matrices are not read", "write one formula for every component"
_RELATION = (
    "this relation defines nothing and decides nothing",
    "write y = ..., or compare with < \\le = \\ne",
)
_SETS = "sets are not read", "write a condition such as 0 \\le x < 1"
_MACRO = "macros and packages are not executed", "write the formula without it"
_DOCUMENT = "this belongs to a document, not to a formula", "give the formula alone"

REFUSED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(words("int iint iiint iiiint oint idotsint"), _INTEGRAL),
    **dict.fromkeys(words("partial nabla dv pdv"), _DERIVATIVE),
    **dict.fromkeys(words("lim limsup liminf varlimsup varliminf sup inf"), _LIMIT),
    **dict.fromkeys(words("pm mp"), _SEVERAL),
    **dict.fromkeys(words("dots ldots cdots vdots ddots dotsc dotsb dotsm dotsi"), _DOTS),
    **dict.fromkeys(words("langle rangle det matrix pmatrix otimes oplus odot"), _VECTOR),
    **dict.fromkeys(
        words("approx propto sim simeq cong equiv to mapsto rightarrow Rightarrow leftarrow implies iff ll gg doteq "
        "longrightarrow Longrightarrow leftrightarrow Leftrightarrow prec succ perp parallel"),
        _RELATION,
    ),
    **dict.fromkeys(words("in notin ni subset cup cap setminus forall exists emptyset bigcup bigcap"), _SETS),
    **dict.fromkeys(
        words("newcommand renewcommand def let DeclareMathOperator usepackage input include write immediate csname "
        "catcode openin read special expandafter loop newif providecommand gdef edef"),
        _MACRO,
    ),
    **dict.fromkeys(words("documentclass section subsection item caption footnote cite ref eqref par"), _DOCUMENT),
    **dict.fromkeys(words("norm lVert rVert Vert |"), _NORM),
    "infty": ("infinity is no number", "hardware computes numbers of a fixed width"),
    "Gamma(": ("the gamma function is not available", "write \\Gamma \\cdot (...) if it is a factor"),
    "%": ("percentages are not read", "write the fraction, for example 0.05"),
    "circ": ("degrees are not read", "write \\cdot \\pi / 180"),
    "degree": ("degrees are not read", "write \\cdot \\pi / 180"),
    "over": ("the old way of writing fractions is not read", "write \\frac{a}{b}"),
    "pmod": ("a congruence is no value", "write a \\bmod b"),
    "arg": ("complex numbers are not read", "write \\operatorname{atan2}(y, x)"),
    "gcd": ("\\gcd is not available", "only functions of real numbers are"),
    "arccot": (
        "\\arccot has two meanings for negative arguments",
        "write \\arctan(1/x) or \\frac{\\pi}{2} - \\arctan x",
    ),
    "choose": ("the old way of writing binomials is not read", "write \\binom{n}{k}"),
}  # fmt: skip
"""Commands that cannot be read: why, and what to do."""

FUNCTION_LETTERS = frozenset(
    words("f g h F G H phi varphi Phi psi Psi sigma Gamma zeta Theta delta chi")
)
"""Letters that before a bracket are as often a function as a factor."""
