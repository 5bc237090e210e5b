# kernel.S - the smallest kernel that a BIOS guest is started with directly (the 16-bit boot protocol of x86 Linux). It prints "KERNEL ", its command
# line, and " initrd N" with the length of its initial RAM disk in hexadecimal, on the first serial port, and obeys the key r: reset.
# QEMU puts this file up to 0x400 to the segment 0x1000, points DS there, and jumps to 0x200.
        .code16
        .text
        .org 0x1f1
        .byte 1                 # setup_sects: 0x200 to 0x400
        .word 0
        .long 1                 # syssize, in paragraphs
        .word 0, 0, 0
        .word 0xaa55            # boot_flag
        jmp start
        .ascii "HdrS"           # 0x202
        .word 0x020c            # version of the protocol
        .long 0                 # realmode_swtch
        .word 0, 0
        .byte 0                 # type_of_loader, written by QEMU
        .byte 1                 # loadflags: LOADED_HIGH
        .word 0
        .long 0x100000          # code32_start
        .long 0, 0              # ramdisk_image, ramdisk_size: 0x218, 0x21c
        .long 0
        .word 0                 # heap_end_ptr
        .byte 0, 0
        .long 0                 # cmd_line_ptr: 0x228
        .long 0x7fffffff        # initrd_addr_max
        .long 0
        .byte 0, 0
        .word 0
        .long 255               # cmdline_size
        .org 0x268
start:
        cld
        mov $hello, %si
        call puts
        mov 0x228, %eax
        mov %eax, %ebx
        shr $4, %eax
        mov %ax, %es
        and $15, %bx
1:      mov %es:(%bx), %al
        test %al, %al
        jz 2f
        call putc
        inc %bx
        jmp 1b
2:      mov $initrd, %si
        call puts
        mov 0x21c, %edx
        mov $8, %cx
3:      rol $4, %edx
        mov %dl, %al
        and $15, %al
        add $'0', %al
        cmp $'9', %al
        jbe 4f
        add $39, %al
4:      push %dx
        call putc
        pop %dx
        loop 3b
        mov $end, %si
        call puts
5:      mov $0x3fd, %dx         # wait for a key
        in %dx, %al
        test $1, %al
        jz 5b
        mov $0x3f8, %dx
        in %dx, %al
        cmp $'r', %al
        jne 5b
        mov $0xfe, %al
        out %al, $0x64
        jmp 5b
puts:   lodsb
        test %al, %al
        jz 6f
        call putc
        jmp puts
putc:   push %edx
        push %ax
        mov $0x3fd, %dx
7:      in %dx, %al
        test $0x20, %al
        jz 7b
        pop %ax
        mov $0x3f8, %dx
        out %al, %dx
        pop %edx
6:      ret
hello:  .asciz "\r\nKERNEL "
initrd: .asciz " initrd "
end:    .asciz "\r\n"
        .org 0x400
        .ascii "what runs in protected mode: nothing"
        .org 0x430
