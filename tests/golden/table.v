// lookup: made by symhdl 0.1.0
//
// in  x: fixed<6,6> in [-32, 31]
// out y: fixed<8,5> in [-7.5, 12.375], |error| <= 0.0625
// out negative: ufixed<1,1> in [0, 1]
//
// Latency: 1 clock edge from input port to output port; a new input every clock.

`default_nettype none
/* verilator lint_off WIDTH */

module lookup (
    input  wire clk,
    input  wire signed [5:0] x,
    output wire signed [7:0] y,
    output wire negative
);

    function [7:0] table0;
        input [3:0] index;
        (* rom_style = "logic" *)
        case (index)
            4'd0: table0 = 8'hc4;
            4'd1: table0 = 8'hcc;
            4'd2: table0 = 8'hd4;
            4'd3: table0 = 8'hdc;
            4'd4: table0 = 8'he4;
            4'd5: table0 = 8'hec;
            4'd6: table0 = 8'hf4;
            4'd7: table0 = 8'hfc;
            4'd8: table0 = 8'h04;
            4'd9: table0 = 8'h0c;
            4'd10: table0 = 8'h14;
            4'd11: table0 = 8'h1c;
            4'd12: table0 = 8'h24;
            4'd13: table0 = 8'h2c;
            4'd14: table0 = 8'h34;
            4'd15: table0 = 8'h63;
            default: table0 = 8'bx;
        endcase
    endfunction

    // Stage 0
    wire [3:0] s0_n1 = x[5:2];  // ufixed<4,4>
    wire signed [7:0] s0_n2 = table0(s0_n1);  // fixed<8,5>
    wire s0_n5 = x < 2'sd0;  // ufixed<1,1>

    // Stage 1
    reg signed [7:0] s1_n2;  // fixed<8,5>
    reg s1_n5;  // ufixed<1,1>
    always @(posedge clk) begin
        s1_n2 <= s0_n2;
        s1_n5 <= s0_n5;
    end

    assign y = s1_n2;
    assign negative = s1_n5;
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
