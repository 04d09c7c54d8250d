// slices: made by symhdl 0.1.0
//
// in  x: fixed<4,2> in [-2, 1.75]
// out sign: fixed<1,1> in [-1, 0]
// out upper: fixed<2,2> in [-2, 1]
// out lower: ufixed<3,3> in [0, 7]
// out extended: ufixed<7,7> in [0, 127]
// out shifted: fixed<7,7> in [-64, 56]
// out clamped: fixed<4,2> in [-0.75, 1]
// out found: ufixed<1,1> in [0, 1]
//
// Latency: 0 clock edges from input port to output port; a new input every clock.

`default_nettype none
/* verilator lint_off WIDTH */

module slices (
    input  wire signed [3:0] x,
    output wire signed sign,
    output wire signed [1:0] upper,
    output wire [2:0] lower,
    output wire [6:0] extended,
    output wire signed [6:0] shifted,
    output wire signed [3:0] clamped,
    output wire found
);

    // Stage 0
    wire signed x_cut = x[3];  // fixed<1,1>
    wire [6:0] x_bits_2 = {{5{x[3]}}, x[3:2]};  // ufixed<7,7>
    wire x_is_less = x < -3'sd3;  // ufixed<1,1>
    wire signed [3:0] choice_2 = x_is_less ? -3'sd3 : x;  // fixed<4,2>
    wire choice_is_less = choice_2 < 4'sd4;  // ufixed<1,1>
    wire signed [3:0] choice_4 = choice_is_less ? choice_2 : 4'sd4;  // fixed<4,2>
    wire x_is_equal = x == 3'sd2;  // ufixed<1,1>
    wire is_not = !x_is_equal;  // ufixed<1,1>
    wire x_is_less_2 = -4'sd4 < x;  // ufixed<1,1>
    wire both = is_not & x_is_less_2;  // ufixed<1,1>

    assign sign = x_cut;
    assign upper = $signed(x[3:2]);
    assign lower = x[2:0];
    assign extended = x_bits_2;
    assign shifted = $signed({x, 3'd0});
    assign clamped = choice_4;
    assign found = both;
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
