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
linux unix errno null eof nan infinity assert stdin stdout stderr typeof typeof_unqual restrict
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

_VERILATOR = """
name eval eval_step eval_end_step eventspending nexttimeslot trace threads hiername modelname modelversion
rootp contextp vlsymsp vlnamep symbolsp prepareclone atclone
"""

RESERVED_WORDS: dict[str, str] = {
    word: language
    for language, words in (
        ("Verilator (C++)", _VERILATOR),
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
    {
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10)),
    }
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

_C_LIBRARY_TYPES = """
AESL_std AP_BIN AP_DEC AP_HEX AP_OCT AP_RND_CONV AP_RND_INF AP_RND_MIN_INF AP_RND_ZERO AP_SAT_SYM AP_SAT_ZERO
AP_TRN_ZERO AP_WRAP_SM CHAR_IS_SIGNED FILE MAX_INT_BITS MIN_INT_BITS PTHREAD_MUTEX_ADAPTIVE_NP PTHREAD_MUTEX_DEFAULT
PTHREAD_MUTEX_ERRORCHECK PTHREAD_MUTEX_ERRORCHECK_NP PTHREAD_MUTEX_FAST_NP PTHREAD_MUTEX_NORMAL
PTHREAD_MUTEX_RECURSIVE PTHREAD_MUTEX_RECURSIVE_NP PTHREAD_MUTEX_ROBUST PTHREAD_MUTEX_ROBUST_NP
PTHREAD_MUTEX_STALLED PTHREAD_MUTEX_STALLED_NP PTHREAD_MUTEX_TIMED_NP PTHREAD_PRIO_INHERIT PTHREAD_PRIO_NONE
PTHREAD_PRIO_PROTECT PTHREAD_RWLOCK_DEFAULT_NP PTHREAD_RWLOCK_PREFER_READER_NP
PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP PTHREAD_RWLOCK_PREFER_WRITER_NP af_bit_ref af_range_ref ap_bit_ref
ap_concat_ref ap_private_enable_if ap_private_ops ap_range_ref ap_slong ap_ulong blkcnt64_t blkcnt_t blksize_t
caddr_t clock_t clockid_t comparison_fn_t cookie_close_function_t cookie_io_functions_t cookie_read_function_t
cookie_seek_function_t cookie_write_function_t cpu_set_t daddr_t daylight dev_t div_t double_t error_t fd_mask
fd_set femode_t fenv_t fexcept_t float_t fpos64_t fpos_t fsblkcnt64_t fsblkcnt_t fsfilcnt64_t fsfilcnt_t fsid_t
getdate_err gid_t id_t ino64_t ino_t int16_t int32_t int64_t int8_t int_fast16_t int_fast32_t int_fast64_t
int_fast8_t int_least16_t int_least32_t int_least64_t int_least8_t intmax_t intptr_t key_t ldiv_t lldiv_t locale_t
loff_t max_align_t mbstate_t mode_t nlink_t nullptr_t off64_t off_t pid_t program_invocation_name
program_invocation_short_name pthread_attr_t pthread_barrier_t pthread_barrierattr_t pthread_cond_t
pthread_condattr_t pthread_key_t pthread_mutex_t pthread_mutexattr_t pthread_once_t pthread_rwlock_t
pthread_rwlockattr_t pthread_spinlock_t pthread_t ptrdiff_t quad_t register_t retval signgam sigset_t size_t
ssdm_int_sim ssize_t suseconds_t time_t timer_t timezone tzname u_char u_int u_int16_t u_int32_t u_int64_t u_int8_t
u_long u_quad_t u_short uid_t uint uint16_t uint32_t uint64_t uint8_t uint_fast16_t uint_fast32_t uint_fast64_t
uint_fast8_t uint_least16_t uint_least32_t uint_least64_t uint_least8_t uintmax_t uintptr_t ulong useconds_t ushort
va_list valtype wctrans_t wctype_t wint_t
"""

C_LIBRARY_TYPES = frozenset(_C_LIBRARY_TYPES.split())
"""Types and variables of C's library and of `ap_int`, as they are written, which no generated C++ function can be."""
