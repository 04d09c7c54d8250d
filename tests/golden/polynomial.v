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
    wire signed [9:0] x_product = x * 3'sd3;  // fixed<10,5>
    wire signed [15:0] x_product_2 = x * x_product;  // fixed<16,6>

    // Stage 1
    reg signed [15:0] x_product_2_s1;  // fixed<16,6>
    reg signed [7:0] x_s1;  // fixed<8,3>
    always @(posedge clk) begin
        x_product_2_s1 <= x_product_2;
        x_s1 <= x;
    end
    wire signed [16:0] difference = x_product_2_s1 - $signed({x_s1, 5'd0});  // fixed<17,7>
    wire signed [16:0] difference_sum = difference + 14'sd5120;  // fixed<17,7>

    // Stage 2
    reg signed [16:0] difference_sum_s2;  // fixed<17,7>
    always @(posedge clk) begin
        difference_sum_s2 <= difference_sum;
    end

    assign y = difference_sum_s2;
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
