# Vitis HLS project of comparison. Run it in this folder:
#     vitis_hls -f comparison.tcl
# PART names another device; COSIM=1 adds the co-simulation, EXPORT=1 the packed IP:
#     PART=xcvu9p-flga2104-2L-e COSIM=1 EXPORT=1 vitis_hls -f comparison.tcl

proc setting {name default} {
    if {[info exists ::env($name)]} { return $::env($name) }
    return $default
}

open_project -reset comparison_project
set_top comparison
add_files comparison.cpp
add_files -tb comparison_tb.cpp

open_solution -reset solution1 -flow_target vivado
set_part [setting PART xcvu9p-flga2104-2L-e]
create_clock -period 5 -name default

csim_design
csynth_design
if {[setting COSIM 0]} { cosim_design }
if {[setting EXPORT 0]} { export_design -format ip_catalog }
exit
