// mixed: made by symhdl 0.1.0
//
// in  a: fixed<4,4> in [-8, 7]
// in  b: ufixed<4,4> in [0, 15]
// out total: fixed<6,6> in [-8, 22]
// out difference: fixed<6,6> in [-7, 23]
// out product: fixed<8,8> in [-120, 105]
// out smaller: ufixed<1,1> in [0, 1]
// out chosen: fixed<5,5> in [-8, 15]
// out opposite: fixed<5,5> in [-15, 0]
// out rounded: fixed<6,8> in [-120, 104]
//
// Latency: 0 clock edges from input port to output port; a new input every clock.

`default_nettype none
/* verilator lint_off WIDTH */

module mixed (
    input  wire signed [3:0] a,
    input  wire [3:0] b,
    output wire signed [5:0] total,
    output wire signed [5:0] difference,
    output wire signed [7:0] product,
    output wire smaller,
    output wire signed [4:0] chosen,
    output wire signed [4:0] opposite,
    output wire signed [5:0] rounded
);

    // Stage 0
    wire signed [5:0] s0_n2 = a + $signed({1'b0, b});  // fixed<6,6>
    wire signed [5:0] s0_n3 = $signed({1'b0, b}) - a;  // fixed<6,6>
    wire signed [7:0] s0_n4 = a * $signed({1'b0, b});  // fixed<8,8>
    wire s0_n5 = a < $signed({1'b0, b});  // ufixed<1,1>
    wire s0_n7 = b <= 4'd9;  // ufixed<1,1>
    wire signed [4:0] s0_n8 = s0_n7 ? a : $signed({1'b0, b});  // fixed<5,5>
    wire signed [4:0] s0_n9 = -b;  // fixed<5,5>
    wire signed [7:0] s0_n11 = s0_n4 + 3'sd2;  // fixed<8,8>
    wire signed [5:0] s0_n12 = s0_n11[7:2];  // fixed<6,8>

    assign total = s0_n2;
    assign difference = s0_n3;
    assign product = s0_n4;
    assign smaller = s0_n5;
    assign chosen = s0_n8;
    assign opposite = s0_n9;
    assign rounded = s0_n12;
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
