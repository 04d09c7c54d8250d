# Vitis HLS project of gaussian. Run it in this folder:
#     vitis_hls -f gaussian.tcl
# PART names another device; COSIM=1 adds the co-simulation, EXPORT=1 the packed IP:
#     PART=xcvu9p-flga2104-2L-e COSIM=1 EXPORT=1 vitis_hls -f gaussian.tcl

proc setting {name default} {
    if {[info exists ::env($name)]} { return $::env($name) }
    return $default
}

open_project -reset gaussian_project
set_top gaussian
add_files gaussian.cpp
add_files -tb gaussian_tb.cpp

open_solution -reset solution1 -flow_target vivado
set_part [setting PART xcvu9p-flga2104-2L-e]
create_clock -period 4 -name default

csim_design
csynth_design
if {[setting COSIM 0]} { cosim_design }
if {[setting EXPORT 0]} { export_design -format ip_catalog }
exit
