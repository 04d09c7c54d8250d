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
    wire signed [5:0] a_sum = a + $signed({1'b0, b});  // fixed<6,6>
    wire signed [5:0] b_difference = $signed({1'b0, b}) - a;  // fixed<6,6>
    wire signed [7:0] a_product = a * $signed({1'b0, b});  // fixed<8,8>
    wire a_is_less = a < $signed({1'b0, b});  // ufixed<1,1>
    wire b_is_at_most = b <= 4'd9;  // ufixed<1,1>
    wire signed [4:0] choice = b_is_at_most ? a : $signed({1'b0, b});  // fixed<5,5>
    wire signed [4:0] b_negative = 1'd0 - b;  // fixed<5,5>
    wire signed [7:0] sum = a_product + 3'sd2;  // fixed<8,8>

    assign total = a_sum;
    assign difference = b_difference;
    assign product = a_product;
    assign smaller = a_is_less;
    assign chosen = choice;
    assign opposite = b_negative;
    assign rounded = $signed(sum[7:2]);
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
