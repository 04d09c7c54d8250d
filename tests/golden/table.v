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

    function [7:0] entry_table;
        input [3:0] index;
        (* rom_style = "logic" *)
        case (index)
            4'd0: entry_table = 8'hc4;
            4'd1: entry_table = 8'hcc;
            4'd2: entry_table = 8'hd4;
            4'd3: entry_table = 8'hdc;
            4'd4: entry_table = 8'he4;
            4'd5: entry_table = 8'hec;
            4'd6: entry_table = 8'hf4;
            4'd7: entry_table = 8'hfc;
            4'd8: entry_table = 8'h04;
            4'd9: entry_table = 8'h0c;
            4'd10: entry_table = 8'h14;
            4'd11: entry_table = 8'h1c;
            4'd12: entry_table = 8'h24;
            4'd13: entry_table = 8'h2c;
            4'd14: entry_table = 8'h34;
            4'd15: entry_table = 8'h63;
            default: entry_table = 8'bx;
        endcase
    endfunction

    // Stage 0
    wire signed [7:0] entry = entry_table(x[5:2]);  // fixed<8,5>
    wire x_is_less = x < 2'sd0;  // ufixed<1,1>

    // Stage 1
    reg signed [7:0] entry_s1;  // fixed<8,5>
    reg x_is_less_s1;  // ufixed<1,1>
    always @(posedge clk) begin
        entry_s1 <= entry;
        x_is_less_s1 <= x_is_less;
    end

    assign y = entry_s1;
    assign negative = x_is_less_s1;
endmodule

/* verilator lint_on WIDTH */
`default_nettype wire
