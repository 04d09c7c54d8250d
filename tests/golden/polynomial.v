// polynomial: made by symhdl 0.1.0
//
//   | y = 3*x^2 - x + 5
//
// in  x: fixed<8,3> in [-3.125, 3.125]
// out y: fixed<17,7> in [-27.421875, 37.421875], |error| <= 0
//
// Latency: 2 clock edges from input port to output port; a new input every clock.
// Made for generic at 200 MHz.

`default_nettype none
/* verilator lint_off WIDTH */

module polynomial (
    input  wire clk,
    input  wire signed [7:0] x,
    output wire signed [16:0] y
);

    // Stage 0
    wire signed [9:0] s0_n2 = x * 3'sd3;  // fixed<10,5>
    wire signed [15:0] s0_n3 = x * s0_n2;  // fixed<16,6>

    // Stage 1
    reg signed [15:0] s1_n3;  // fixed<16,6>
    reg signed [7:0] s1_x;  // fixed<8,3>
    always @(posedge clk) begin
        s1_n3 <= s0_n3;
        s1_x <= x;
    end
    wire signed [12:0] s1_n6 = $signed({s1_x, 5'd0});  // fixed<13,3>
    wire signed [16:0] s1_n7 = s1_n3 - s1_n6;  // fixed<17,7>
    wire signed [16:0] s1_n9 = s1_n7 + 14'sd5120;  // fixed<17,7>

    // Stage 2
    reg signed [16:0] s2_n9;  // fixed<17,7>
    always @(posedge clk) begin
        s2_n9 <= s1_n9;
    end

    assign y = s2_n9;
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
