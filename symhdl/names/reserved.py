"""Words that an identifier cannot be: reserved somewhere, or taken by what every generated module holds."""

from __future__ import annotations

_VERILOG = """
always and assign automatic begin buf bufif0 bufif1 case casex casez cell cmos config deassign default defparam
design disable edge else end endcase endconfig endfunction endgenerate endmodule endprimitive endspecify endtable
endtask event for force forever fork function generate genvar highz0 highz1 if ifnone incdir include initial inout
input instance integer join large liblist library localparam macromodule medium module nand negedge nmos nor
noshowcancelled not notif0 notif1 or output parameter pmos posedge primitive pull0 pull1 pulldown pullup
pulsestyle_ondetect pulsestyle_onevent rcmos real realtime reg release repeat rnmos rpmos rtran rtranif0 rtranif1
scalared showcancelled signed small specify specparam strong0 strong1 supply0 supply1 table task time tran tranif0
tranif1 tri tri0 tri1 triand trior trireg unsigned use uwire vectored wait wand weak0 weak1 while wire wor xnor xor
"""

_SYSTEMVERILOG = """
accept_on alias always_comb always_ff always_latch assert assume before bind bins binsof bit break byte chandle
checker class clocking const constraint context continue cover covergroup coverpoint cross dist do endchecker
endclass endclocking endgroup endinterface endpackage endprogram endproperty endsequence enum eventually expect
export extends extern final first_match foreach forkjoin global iff ignore_bins illegal_bins implements implies
import inside int interconnect interface intersect join_any join_none let local logic longint matches modport
nettype new nexttime null package packed priority program property protected pure rand randc randcase randsequence
ref reject_on restrict return s_always s_eventually s_nexttime s_until s_until_with sequence shortint shortreal
soft solve static string strong struct super sync_accept_on sync_reject_on tagged this throughout timeprecision
timeunit type typedef union unique unique0 until until_with untyped var virtual void wait_order weak wildcard with
within
"""

_VHDL = """
abs access after alias all and architecture array assert assume assume_guarantee attribute begin block body buffer
bus case component configuration constant context cover default disconnect downto else elsif end entity exit
fairness file for force function generate generic group guarded if impure in inertial inout is label library
linkage literal loop map mod nand new next nor not null of on open or others out package parameter port postponed
procedure process property protected private pure range record register reject release rem report restrict
restrict_guarantee return rol ror select sequence severity shared signal sla sll sra srl strong subtype then to
transport type unaffected units until use variable view vmode vprop vunit wait when while with xnor xor
boolean bit bit_vector character integer natural positive real signed std_logic std_logic_vector std_ulogic string
time unsigned work ieee std
"""

_CPP = """
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete
do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable
namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast
requires return short signed sizeof static static_assert static_cast struct switch template this thread_local throw
true try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
linux unix errno null eof nan infinity assert stdin stdout stderr
"""

_HLS = """
ap_int ap_uint ap_fixed ap_ufixed ap_int_base ap_fixed_base ap_private ap_q_mode ap_o_mode ap_rnd ap_trn ap_sat
ap_wrap ap_shift_reg ap_clk ap_rst ap_rst_n ap_start ap_done ap_idle ap_ready ap_ce ap_none ap_vld ap_return hls
half std main ssdm_int
"""

_PYTHON = """
and as assert async await break class continue def del elif else except false finally for from global if import in
is lambda none nonlocal not or pass raise return true try while with yield elaborate signature metadata self
"""

RESERVED_WORDS: dict[str, str] = {
    word: language
    for language, words in (
        ("Amaranth (Python)", _PYTHON),
        ("HLS C++", _HLS),
        ("C++", _CPP),
        ("VHDL", _VHDL),
        ("SystemVerilog", _SYSTEMVERILOG),
        ("Verilog", _VERILOG),
    )
    for word in words.split()
}
"""Every reserved word in small letters, with the language that a message names (the best known one)."""

INTERFACE_NAMES: dict[str, str] = {
    "clk": "the clock of the module",
    "rst": "the reset of the module",
    "ce": "the clock enable of the module",
    "valid": "part of the module's handshake",
    "ready": "part of the module's handshake",
    "valid_in": "part of the module's handshake",
    "valid_out": "part of the module's handshake",
    "ready_in": "part of the module's handshake",
    "ready_out": "part of the module's handshake",
}
"""Ports that a generated module may have beside the user's."""

FILE_NAMES_OF_WINDOWS = frozenset(
    {"con", "prn", "aux", "nul", "com1", "com2", "com3", "lpt1", "lpt2"}
)
"""Names that a file cannot have everywhere, whatever its suffix."""

_C_LIBRARY = """
abs acos acosh asin asinh atan atan2 atanh calloc cbrt ceil clock copysign cos cosh div erf erfc exit exp exp2
expm1 fabs fdim floor fma fmax fmin fmod free frexp gamma hypot index j0 j1 jn labs ldexp ldiv lgamma log log10
log1p log2 logb lrint lround malloc modf nearbyint nextafter pow printf puts rand random remainder remquo rint
round scalbn signal sin sinh sqrt srand strlen system tan tanh tgamma time trunc write y0 y1 yn read open close
"""

C_LIBRARY_FUNCTIONS = frozenset(_C_LIBRARY.split())
"""Functions of C's library, whose names a generated C++ function cannot take."""
