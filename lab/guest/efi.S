# A UEFI application of 1 KiB that prints where it came from on the first serial port: "EFI boot", and a text that
# whoever makes its disk writes over the dots. Keys: r resets the machine, q switches it off, as tiny.S does.
#
#   as -o efi.o efi.S && ld -e 0 -Ttext 0 --oformat binary -o efi.bin efi.o
#
# The headers are spelt out (Microsoft PE format), so that nothing but binutils is needed.
    .code64
    .set    COM1, 0x3f8
    .set    RESET, 0xcf9        # of the ICH9
    .set    PM1A_CNT, 0x604     # where OVMF puts the ACPI registers of the ICH9
    .text
    .ascii  "MZ"
    .org    0x3c
    .long   0x40
    .ascii  "PE\0\0"
    .word   0x8664              # x86-64
    .word   1                   # one section
    .long   0, 0, 0
    .word   0xa0                # bytes of the optional header
    .word   0x206
    .word   0x20b               # PE32+
    .word   0
    .long   0x200, 0, 0         # code
    .long   0x1000, 0x1000      # entry point, base of code
    .quad   0                   # nothing needs to be relocated
    .long   0x1000, 0x200       # alignment in memory and in the file
    .word   0, 0, 0, 0, 0, 0
    .long   0
    .long   0x2000, 0x200       # bytes of the image and of the headers
    .long   0
    .word   10                  # UEFI application
    .word   0
    .quad   0x10000, 0x1000, 0x10000, 0
    .long   0, 6
    .fill   6, 8, 0
    .ascii  ".text\0\0\0"
    .long   0x200, 0x1000, 0x200, 0x200, 0, 0, 0, 0xe0000020
    .org    0x200
start:
    cli                         # or the firmware's terminal takes the keys
    lea     text(%rip), %rsi
1:  lodsb
    test    %al, %al
    jz      keys
    mov     %al, %bl
    mov     $COM1+5, %dx
2:  in      %dx, %al
    test    $0x20, %al
    jz      2b
    mov     %bl, %al
    mov     $COM1, %dx
    out     %al, %dx
    jmp     1b
keys:
    pause
    mov     $COM1+5, %dx
    in      %dx, %al
    test    $1, %al
    jz      keys
    mov     $COM1, %dx
    in      %dx, %al
    cmp     $'q', %al
    je      off
    cmp     $'r', %al
    jne     keys
    mov     $6, %al
    mov     $RESET, %dx
    out     %al, %dx
    jmp     keys
off:
    mov     $0x2000, %ax
    mov     $PM1A_CNT, %dx
    out     %ax, %dx
    jmp     keys
text:
    .asciz  "\r\nEFI boot ................\r\n"
    .org    0x400
