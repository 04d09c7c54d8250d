"""What the commands and characters of LaTeX mean to the reader: data."""

from __future__ import annotations

from symhdl.functions.operation import FUNCTION_NAMES


def words(text: str) -> list[str]:
    """What stands between blanks."""
    return text.split()


IGNORED = frozenset(
    words(r"""
    , : ; > quad qquad enspace thinspace medspace thickspace space
    ! / negthinspace negmedspace negthickspace displaystyle textstyle scriptstyle scriptscriptstyle
    limits nolimits nonumber notag boxed left right
    big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm middle
    """)
)
"""Commands that change how a formula looks but not what it says."""
COMMANDS: dict[str, tuple[str, str]] = {
    "cdot": ("FACTOR", "*"), "times": ("FACTOR", "*"), "ast": ("FACTOR", "*"), "div": ("FACTOR", "/"),
    "bmod": ("INFIX", "mod"), "mod": ("INFIX", "mod"),
    "lt": ("RELATION", "<"), "gt": ("RELATION", ">"), "ne": ("RELATION", "!="), "neq": ("RELATION", "!="),
    **dict.fromkeys(words("le leq leqslant"), ("RELATION", "<=")),
    **dict.fromkeys(words("ge geq geqslant"), ("RELATION", ">=")),
    "coloneqq": ("ASSIGN", "="), "triangleq": ("ASSIGN", "="),
    "land": ("AND", "and"), "wedge": ("AND", "and"), "lor": ("OR", "or"), "vee": ("OR", "or"),
    "lnot": ("NOT", "not"), "neg": ("NOT", "not"),
    "vert": ("BAR", "|"), "mid": ("BAR", "|"),
    "sqrt": ("SQRT", ""), **dict.fromkeys(words("frac dfrac tfrac cfrac"), ("FRACTION", "")),
    "lbrace": ("OPEN", "\\{"), "lbrack": ("OPEN", "["), "{": ("OPEN", "\\{"), "lvert": ("OPEN", "|"),
    "lfloor": ("OPEN", "⌊"), "lceil": ("OPEN", "⌈"),
    "rbrace": ("CLOSE", "\\{"), "rbrack": ("CLOSE", "["), "}": ("CLOSE", "\\{"), "rvert": ("CLOSE", "|"),
    "rfloor": ("CLOSE", "⌊"), "rceil": ("CLOSE", "⌈"),
}  # fmt: skip

SYMBOLS: dict[str, tuple[str, str]] = {
    **{f"\\{name}": meaning for name, meaning in COMMANDS.items()},
    "+": ("SIGN", "+"), "-": ("SIGN", "-"), "−": ("SIGN", "-"), "/": ("FACTOR", "/"), "÷": ("FACTOR", "/"),
    **dict.fromkeys("*×·⋅", ("FACTOR", "*")),
    "=": ("ASSIGN", "="), ":=": ("ASSIGN", "="), "==": ("RELATION", "=="), "!=": ("RELATION", "!="),
    "≠": ("RELATION", "!="), "<": ("RELATION", "<"), ">": ("RELATION", ">"), "<=": ("RELATION", "<="),
    ">=": ("RELATION", ">="), "≤": ("RELATION", "<="), "≥": ("RELATION", ">="),
    ",": ("COMMA", ","), ";": ("COMMA", ";"), ".": ("PERIOD", "."), "|": ("BAR", "|"),
    "&": ("ALIGN", "&"), "^": ("SUP", "^"), "_": ("SUB", "_"), "\n": ("NEWLINE", ""),
    "(": ("OPEN", "("), "[": ("OPEN", "["), "{": ("OPEN", "{"), ")": ("CLOSE", "("), "]": ("CLOSE", "["),
    "}": ("CLOSE", "{"),
}  # fmt: skip
"""Characters and commands that are tokens by themselves, and the type and the text of these."""

_GREEK = words("""
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi omicron pi
    varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Alpha Beta Gamma Delta Epsilon Zeta Eta Theta
    Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega hbar ell Re
""")
LETTERS: dict[str, str] = {**{name: name for name in _GREEK}, "imath": "i", "jmath": "j"}
"""Commands that are letters, and the name that they stand for."""

FUNCTIONS: dict[str, str] = {
    **{name: name for name, operation in FUNCTION_NAMES.items() if operation.arity != 0 and len(name) > 1},
    **{name: name for name in words("sin cos tan sec csc cot sinh cosh tanh sech csch coth exp ln log min max")},
    **{f"arc{name}": f"a{name}" for name in words("sin cos tan sec csc sinh cosh tanh")},
    **{f"ar{name}": f"a{name}" for name in words("sinh cosh tanh")},
    "tg": "tan", "ctg": "cot", "arctg": "atan", "sh": "sinh", "ch": "cosh", "th": "tanh", "cth": "coth",
    "lg": "log10", "lb": "log2", "sgn": "sign",
}  # fmt: skip
r"""Functions as commands, in `\operatorname{...}` or as upright words, and their names in the table."""

INVERSES: dict[str, str] = {
    name: f"a{name}" for name in words("sin cos tan sec csc sinh cosh tanh sech csch coth")
}
r"""What `\sin^{-1}` and the like mean."""

FONTS = frozenset(
    words("mathrm mathit mathsf mathtt mathnormal text textrm textit mbox operatorname operatorname* rm")
)  # fmt: skip
"""Commands in which a word is one name or the name of a function."""

MARKS: dict[str, str] = {
    **{name: name for name in words("hat bar tilde vec dot ddot check breve acute grave")},
    "widehat": "hat", "overline": "bar", "widetilde": "tilde", "mathring": "circle", "mathbf": "bold",
    "boldsymbol": "bold", "bm": "bold", "mathcal": "cal", "mathscr": "scr", "mathfrak": "frak", "mathbb": "bb",
}  # fmt: skip
r"""What is added to a name under such a command: `\hat{x}` is the name `xhat`, as SymPy has it."""

FORMULAS = "equation|align|gather|multline|eqnarray|displaymath|math|flalign|alignat|dmath"
"""Environments that set a formula off from the text around it."""
INNER = "aligned|split|gathered|alignedat"

CONDITION_WORDS = {
    **dict.fromkeys(words("if for when"), "IF"),
    **dict.fromkeys(words("otherwise else"), "ELSE"),
    "where": "COMMA", "and": "AND", "or": "OR", "not": "NOT",
}  # fmt: skip
_REFUSED = (
    ("int iint iiint oint", "integrals are not computed", "write the integral out as a formula"),
    ("partial nabla", "derivatives are not computed", "write the derivative out as a formula"),
    ("lim limsup liminf sup inf", "limits are not computed", "write the value of the limit"),
    ("sum prod", "sums and products are not written out", "write every term, such as x_1 + x_2 + x_3"),
    ("pm mp", "this stands for two values", "write two formulas, one for each sign"),
    ("dots ldots cdots vdots ddots", "what the dots stand for is not known", "write every term"),
    ("lVert rVert Vert |", "norms are not read", "write \\left| x \\right| for the absolute value of a number"),
    ("langle rangle det otimes oplus", "vectors and matrices are not read", "write one formula for every component"),
    ("approx propto sim simeq cong equiv to mapsto rightarrow Rightarrow longrightarrow Longrightarrow implies iff",
        "this relation defines nothing and decides nothing", "write y = ..., or compare with < \\le = \\ne"),
    ("in notin subset cup cap setminus", "sets are not read", "write a condition such as 0 \\le x < 1"),
    ("newcommand renewcommand def let DeclareMathOperator usepackage input include write csname catcode",
        "macros and packages are not executed", "write the formula without it"),
    ("binom dbinom tbinom", "binomials are not read", "write the number"),
    ("infty", "infinity is not a number", "hardware computes numbers of a fixed width"),
    ("% circ degree", "units are not read", "write 0.05 for 5 \\%, and \\cdot \\pi / 180 for degrees"),
    ("arccot", "it has two meanings for negative arguments", "write \\arctan(1/x), or \\pi/2 - \\arctan(x)"),
)  # fmt: skip
REFUSED = {name: (reason, help) for names, reason, help in _REFUSED for name in words(names)}
"""Commands that cannot be read: why, and what to do."""

FUNCTION_LETTERS = words("f g h F G H phi varphi Phi psi Psi sigma Gamma zeta Theta delta chi")
"""Letters that before a bracket are as often a function as a factor."""
