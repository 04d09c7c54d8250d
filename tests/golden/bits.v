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
    wire signed s0_n1 = x[3];  // fixed<1,1>
    wire signed [1:0] s0_n2 = x[3:2];  // fixed<2,2>
    wire [2:0] s0_n3 = x[2:0];  // ufixed<3,3>
    wire [6:0] s0_n4 = {{5{x[3]}}, x[3:2]};  // ufixed<7,7>
    wire signed [6:0] s0_n5 = $signed({x, 3'd0});  // fixed<7,7>
    wire s0_n7 = x < -3'sd3;  // ufixed<1,1>
    wire signed [3:0] s0_n9 = s0_n7 ? -3'sd3 : x;  // fixed<4,2>
    wire s0_n11 = s0_n9 < 4'sd4;  // ufixed<1,1>
    wire signed [3:0] s0_n13 = s0_n11 ? s0_n9 : 4'sd4;  // fixed<4,2>
    wire s0_n15 = x == 3'sd2;  // ufixed<1,1>
    wire s0_n16 = !s0_n15;  // ufixed<1,1>
    wire s0_n18 = -4'sd4 < x;  // ufixed<1,1>
    wire s0_n19 = s0_n16 & s0_n18;  // ufixed<1,1>

    assign sign = s0_n1;
    assign upper = s0_n2;
    assign lower = s0_n3;
    assign extended = s0_n4;
    assign shifted = s0_n5;
    assign clamped = s0_n13;
    assign found = s0_n19;
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
