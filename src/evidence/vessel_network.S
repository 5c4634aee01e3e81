/* The file of the vessel network within the library. Its path comes from CMakeLists.txt. */
        .section .rodata
        .balign 16
        .global stenometry_vessel_network_begin
        .hidden stenometry_vessel_network_begin
stenometry_vessel_network_begin:
        .incbin STENOMETRY_VESSEL_NETWORK
        .global stenometry_vessel_network_end
        .hidden stenometry_vessel_network_end
stenometry_vessel_network_end:
        .byte 0
        .section .note.GNU-stack, "", %progbits
